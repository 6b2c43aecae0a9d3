using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Steward.Configuration;
using Steward.Server.Guard;
using Steward.Server.Mcp;

namespace Steward.Server.SseProxy;

/// <summary>
/// The second address that the section <c>sseProxy</c> asks for. A web server of its own: there is nothing on it but its front, so
/// nothing else can be reached by it.
/// </summary>
internal sealed class SseProxyHost : IAsyncDisposable
{
    private readonly WebApplication _app;

    private SseProxyHost(WebApplication app) => _app = app;

    /// <summary>Where it listens, such as <c>http://127.0.0.1:3000</c>.</summary>
    public string Url => _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First().TrimEnd('/');

    /// <summary>Listens.</summary>
    /// <exception cref="IOException">The address is in use.</exception>
    /// <exception cref="VariableException">The token cannot be resolved.</exception>
    public static async Task<SseProxyHost> StartAsync(SseProxyConfig proxy, GatewayConfig gateway, StewardRuntime runtime, ILoggerFactory loggers, CancellationToken cancellationToken)
    {
        var here = gateway with { Listen = proxy.Listen };
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => HttpHost.Configure(kestrel, here));
        builder.Services.Configure<SocketTransportOptions>(sockets => sockets.UnsafePreferInlineScheduling = true);
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = Timeout.InfiniteTimeSpan); // StewardHost bounds it
        builder.Services.AddSingleton(loggers).AddSingleton<IMemoryPoolFactory<byte>>(new BlockPool.Factory()).AddSingleton(new HostAllowList(here));
        var app = builder.Build();
        app.UseMiddleware<HostGuard>();

        var tokens = new ClientTokens(proxy.ResolveToken(new VariableResolver()) is { } token ? [token] : []);
        new SseProxyFront(runtime, gateway.Limits, tokens, loggers.CreateLogger("Steward.Server.SseProxy")).Use(app);
        var host = new SseProxyHost(app);
        try
        {
            await app.StartAsync(cancellationToken);
            return host;
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }
    }

    /// <summary>Ends all streams and stops listening.</summary>
    /// <param name="force">When it fires, requests in flight are cut off.</param>
    public Task StopAsync(CancellationToken force) => _app.StopAsync(force);

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
