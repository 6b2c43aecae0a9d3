using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;

namespace Steward.Tests.Upstreams.Remote;

/// <summary>A remote server on a free port that does to each request what the test says.</summary>
internal sealed class RemotePeer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<PeerRequest> _requests = new();

    private RemotePeer(WebApplication app) => _app = app;

    /// <summary>The endpoint.</summary>
    public Uri Url { get; private set; } = null!;

    /// <summary>What has come in so far, in order.</summary>
    public IReadOnlyList<PeerRequest> Requests => [.. _requests];

    public static async Task<RemotePeer> StartAsync(Func<PeerRequest, Task> serve)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(static kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, 0);
            kestrel.Limits.MaxRequestBodySize = null;
        });
        var app = builder.Build();
        var peer = new RemotePeer(app);
        app.UseWebSockets();
        app.Run(async context =>
        {
            var request = await PeerRequest.ReadAsync(context);
            peer._requests.Enqueue(request);
            try
            {
                await serve(request);
            }
            catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
            {
                // The client has gone.
            }
        });
        await app.StartAsync();
        peer.Url = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First() + "/mcp");
        return peer;
    }

    /// <summary>Ends at once: connections are reset, the port refuses.</summary>
    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        await _app.StopAsync(now.Token);
        await _app.DisposeAsync();
    }
}
