using Microsoft.AspNetCore.TestHost;
using Steward.Configuration;
using Steward.Server;
using Steward.Tests.Server;
using Steward.Tests.Server.Channels;
using Xunit;

namespace Steward.Tests.Parity;

/// <summary>The address of mcp_runner's section on a real port, before real processes.</summary>
internal sealed class ProxyHost : IAsyncDisposable
{
    private readonly TemporaryData _temporary = new();

    public StewardHost Host { get; private set; } = null!;

    public Uri Url => new(Host.SseProxyUrl!);

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public static async Task<ProxyHost> StartAsync(SseProxyConfig proxy, params ServerConfig[] servers)
    {
        var rig = new ProxyHost();
        try
        {
            rig.Host = await StewardHost.StartAsync(
                new StewardHostOptions
                {
                    Config = new StewardConfig { Servers = servers, SseProxy = proxy },
                    Data = rig._temporary.Data,
                    Customize = builder => builder.WebHost.UseTestServer(),
                },
                Cancelled);
            await rig.Host.Manager.WaitUntilSettledAsync(Cancelled);
            return rig;
        }
        catch
        {
            rig._temporary.Dispose();
            throw;
        }
    }

    /// <summary>A client that has shaken hands.</summary>
    public async Task<RigEvents> OpenAsync(string? token = null)
    {
        var client = await RigEvents.ConnectAsync(Url, token: token);
        await client.SayAsync(Gateway.RigClient.Opening("2024-11-05"));
        Assert.Equal("2024-11-05", (string?)(await client.AnswerAsync())["result"]!["protocolVersion"]);
        await client.SayAsync("""{"jsonrpc":"2.0","method":"notifications/initialized"}""");
        return client;
    }

    public async ValueTask DisposeAsync()
    {
        await Host.DisposeAsync();
        _temporary.Dispose();
    }
}
