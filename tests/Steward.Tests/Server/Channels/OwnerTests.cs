using System.Net.WebSockets;
using Steward.Configuration;
using Steward.Server;
using Steward.Server.Daemon;
using Steward.Tests.Gateway;
using Steward.Tests.Testing;
using Xunit;

namespace Steward.Tests.Server.Channels;

/// <summary>Whoever can read the data directory is the daemon's owner: its token opens the channels, also where clients need tokens of their own.</summary>
public sealed class OwnerTests : IAsyncDisposable
{
    private readonly TemporaryData _temporary = new();
    private StewardHost? _host;

    [Theory(Timeout = 30_000)]
    [InlineData("/ws")]
    [InlineData("/servers/files/ws")]
    public async Task The_token_of_the_data_directory_opens_a_WebSocket_as_a_clients_own_does(string path)
    {
        var url = await StartAsync();
        await Assert.ThrowsAsync<WebSocketException>(() => RigSocket.ConnectAsync(url, path));
        await Assert.ThrowsAsync<WebSocketException>(() => RigSocket.ConnectAsync(url, path, token: "another"));

        foreach (var token in new[] { "of-a-client", ApiToken.Read(_temporary.Data)! })
        {
            using var client = await RigSocket.ConnectAsync(url, path, token);
            await client.SayAsync(RigClient.Opening("2025-11-25", "{}"));
            Assert.Equal("open", (string?)(await client.HearAsync())!["id"]);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_host is not null)
            await _host.DisposeAsync();
        _temporary.Dispose();
    }

    private async Task<Uri> StartAsync()
    {
        var launcher = new FakeLauncher();
        launcher.OnLaunch = launch => launch.Succeed();
        _host = await StewardHost.StartAsync(
            new StewardHostOptions
            {
                Config = new StewardConfig
                {
                    Servers = HostRig.TwoServers,
                    Gateway = new GatewayConfig { BearerTokens = ["of-a-client"] }.ListeningOn("http://127.0.0.1:0", "a test"),
                },
                Data = _temporary.Data,
                Launcher = launcher,
            },
            TestContext.Current.CancellationToken);
        return new Uri(_host.Url);
    }
}
