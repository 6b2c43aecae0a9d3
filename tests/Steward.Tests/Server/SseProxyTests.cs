using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.Logging.Abstractions;
using Steward.Catalog;
using Steward.Configuration;
using Steward.Gateway.Channels;
using Steward.Server;
using Steward.Supervision;
using Steward.Tests.Gateway;
using Steward.Tests.Server.Channels;
using Steward.Tests.Testing;
using Steward.Wire;
using Xunit;

namespace Steward.Tests.Server;

/// <summary>The address that mcp_runner's section asks for, on a real port.</summary>
public sealed class SseProxyTests
{
    private static readonly SseProxyConfig Free = new() { Port = 0 };

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact(Timeout = 30_000)]
    public async Task It_serves_its_two_paths_and_nothing_else()
    {
        await using var rig = await ProxyRig.StartAsync(Free);
        using var http = new HttpClient();
        foreach (var (path, status) in ((string, HttpStatusCode)[])[
            ("/mcp", HttpStatusCode.NotFound), ("/api/v1/servers", HttpStatusCode.NotFound), ("/health/live", HttpStatusCode.NotFound), ("/messages", HttpStatusCode.NotFound), ("/sse/messages", HttpStatusCode.MethodNotAllowed)])
            Assert.Equal((path, status), (path, (await http.GetAsync(new Uri(rig.Url, path), Cancelled)).StatusCode));

        using var client = await RigEvents.ConnectAsync(rig.Url);
        Assert.Matches("^/sse/messages\\?sessionId=", client.Messages);
        await client.SayAsync(RigClient.Opening("2024-11-05"));
        while (await client.NextAsync() is var (name, data))
        {
            if (name == "message")
            {
                Assert.Equal("2024-11-05", (string?)JsonNode.Parse(data!)!["result"]!["protocolVersion"]);
                break;
            }
        }
    }

    [Fact(Timeout = 30_000)]
    public async Task Clients_are_told_how_the_allowed_servers_are_and_what_changes()
    {
        await using var rig = await ProxyRig.StartAsync(Free with { AllowedServers = ["files"] });
        await rig.Host.Manager.WaitForStatusAsync("files", status => status.State == ServerState.Running, Cancelled);
        using var client = await RigEvents.ConnectAsync(rig.Url);

        Assert.Equal(("server-status", """{"type":"server-status","server_name":"files","server_id":"files","status":"Running"}"""), await client.NextAsync());
        await rig.Host.Manager.StopServerAsync("memory", Cancelled);
        await rig.Host.Manager.StopServerAsync("files", Cancelled);

        string? last = null;
        while (last != "Stopped")
        {
            var (name, data) = await client.NextAsync();
            Assert.Equal("server-status", name);
            var status = JsonNode.Parse(data!)!;
            Assert.Equal("files", (string?)status["server_name"]);
            last = (string?)status["status"];
        }
    }

    [Fact(Timeout = 30_000)]
    public async Task Its_token_and_its_host_name_are_asked_for()
    {
        await using var rig = await ProxyRig.StartAsync(Free with { Token = "secret" });
        using var http = new HttpClient();

        using var open = await http.GetAsync(new Uri(rig.Url, "/sse"), Cancelled);
        Assert.Equal((HttpStatusCode.Unauthorized, "Bearer"), (open.StatusCode, open.Headers.WwwAuthenticate.ToString()));
        using var rebound = new HttpRequestMessage(HttpMethod.Get, new Uri(rig.Url, "/sse"));
        rebound.Headers.Host = "evil.example.org";
        Assert.Equal(HttpStatusCode.Forbidden, (await http.SendAsync(rebound, Cancelled)).StatusCode);
        using var foreign = new HttpRequestMessage(HttpMethod.Get, new Uri(rig.Url, "/sse"));
        foreign.Headers.Add("Origin", "https://evil.example.org");
        Assert.Equal(HttpStatusCode.Forbidden, (await http.SendAsync(foreign, Cancelled)).StatusCode);
        using var client = await RigEvents.ConnectAsync(rig.Url, token: "secret");
    }

    [Fact(Timeout = 30_000)]
    public async Task An_address_that_others_can_reach_is_refused_without_a_token() =>
        await Assert.ThrowsAsync<ConfigException>(() => ProxyRig.StartAsync(Free with { Address = "0.0.0.0" }));

    [Fact(Timeout = 30_000)]
    public async Task A_chosen_few_are_one_endpoint_of_their_own()
    {
        var config = new StewardConfig { Servers = [GatewayRig.Server("a"), GatewayRig.Server("b")], SseProxy = Free with { AllowedServers = ["b"] } };
        await using var rig = await GatewayRig.StartAsync(config);
        using var inside = new ClientChannel(rig.Gateway, rig.Gateway.Proxied, principal: null, NullLogger.Instance);
        Assert.True(inside.Outbound.TryAttach(after: null, out var reader));
        await AskAsync(RigClient.Opening());

        var tools = (await AskAsync("""{"jsonrpc":"2.0","id":1,"method":"tools/list"}"""))["result"]!["tools"]!.AsArray();
        var foreign = await AskAsync("""{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"a__echo"}}""");
        var own = await AskAsync("""{"jsonrpc":"2.0","id":3,"method":"tools/call","params":{"name":"b__echo"}}""");

        Assert.Equal(["b__echo", "b__wait"], tools.Select(tool => (string?)tool!["name"]));
        Assert.Equal(-32602, (int?)foreign["error"]!["code"]);
        Assert.Equal("b", (string?)own["result"]!["server"]);
        Assert.Equal(4, rig.Gateway.Catalog[CatalogKind.Tools].Routes.Count);

        async Task<JsonNode> AskAsync(string message)
        {
            await inside.ReceiveAsync(RentedFrame.Copy(Encoding.UTF8.GetBytes(message)));
            while (true)
            {
                await inside.Outbound.WaitAsync(reader, Cancelled);
                Assert.True(inside.Outbound.TryTake(reader, out var heard));
                if (JsonNode.Parse(heard.Span)! is var answer && answer["id"] is not null)
                    return answer; // the news of a list may come before it
            }
        }
    }

    private sealed class ProxyRig : IAsyncDisposable
    {
        private readonly TemporaryData _temporary = new();

        public StewardHost Host { get; private set; } = null!;

        public Uri Url => new(Host.SseProxyUrl!);

        public static async Task<ProxyRig> StartAsync(SseProxyConfig proxy)
        {
            var rig = new ProxyRig();
            try
            {
                rig.Host = await StewardHost.StartAsync(
                    new StewardHostOptions
                    {
                        Config = new StewardConfig { Servers = HostRig.TwoServers, SseProxy = proxy },
                        Data = rig._temporary.Data,
                        Launcher = new FakeLauncher { OnLaunch = launch => launch.Succeed() },
                        Customize = builder => builder.WebHost.UseTestServer(),
                    },
                    Cancelled);
                return rig;
            }
            catch
            {
                rig._temporary.Dispose();
                throw;
            }
        }

        public async ValueTask DisposeAsync()
        {
            await Host.DisposeAsync();
            _temporary.Dispose();
        }
    }
}
