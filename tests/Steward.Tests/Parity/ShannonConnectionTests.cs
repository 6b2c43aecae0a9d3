using System.Text;
using Steward.Configuration;
using Steward.Events;
using Steward.Registry;
using Steward.Supervision;
using Steward.Tests.Gateway;
using Steward.Tests.Registry;
using Steward.Tests.Testing;
using Steward.Tests.Upstreams.Remote;
using Steward.Upstreams;
using Xunit;

namespace Steward.Tests.Parity;

/// <summary>Shannon's manager: connecting servers, asking them, being asked by them.</summary>
public sealed class ShannonConnectionTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory(Timeout = 60_000)]
    [InlineData(ServerTransport.Stdio)]
    [InlineData(ServerTransport.Http)]
    [InlineData(ServerTransport.Sse)]
    [InlineData(ServerTransport.WebSocket)]
    public async Task A_server_of_every_transport_is_added_connected_asked_and_removed(ServerTransport transport)
    {
        await using var peer = await PeerAsync(transport);
        await using var rig = await RealServers.StartAsync();
        var registry = rig.Host.Registry;
        var server = peer is null
            ? RealServers.Process("any", "echo")
            : new ServerConfig { Id = "any", Transport = transport, Url = peer.Url.ToString() };

        var added = await registry.AddAsync(server, cancellationToken: Cancelled);
        Assert.Equal((ServerState.Running, transport, null), (added.Status.State, added.Status.Transport, added.Status.LastError));
        Assert.Equal("{}", Encoding.UTF8.GetString(await registry.RequestAsync("any", "ping", cancellationToken: Cancelled)));
        Assert.Equal("any", Assert.Single(registry.ListConnections()).Config.Id);
        Assert.Equal(ServerState.Stopped, (await registry.DisconnectAsync("any", Cancelled)).State);
        Assert.Equal(ServerState.Running, (await registry.ConnectAsync("any", Cancelled)).State);
        Assert.True(await registry.RemoveAsync("any", Cancelled));

        Assert.Empty(registry.List());
        Assert.Empty(registry.ListConnections());
    }

    [Fact(Timeout = 30_000)]
    public async Task Connecting_a_server_many_times_at_once_makes_one_connection()
    {
        await using var rig = await RegistryRig.StartAsync();
        rig.Launcher.OnLaunch = _ => { };
        await rig.Registry.AddAsync(Fleet.Server(), new RegistrationOptions { Start = false }, Cancelled);

        var connecting = Enumerable.Range(0, 20).Select(_ => Task.Run(() => rig.Registry.ConnectAsync(Fleet.Only, Cancelled), Cancelled)).ToArray();
        (await rig.Launcher.NextAsync(Cancelled)).Succeed();

        Assert.All(await Task.WhenAll(connecting), status => Assert.Equal((ServerState.Running, null), (status.State, status.LastError)));
        Assert.Equal(1, rig.Launcher.Count);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_connection_that_fails_is_in_status_history_and_events_and_the_next_attempt_succeeds()
    {
        await using var rig = await RegistryRig.StartAsync();
        await using var bus = new EventBus(time: rig.Time);
        await using var events = new ManagerEvents(rig.Manager, bus);
        var told = bus.WaitForAsync(EventNames.ServerConnectionFailed, where: null, TimeSpan.FromMinutes(1), Cancelled);
        rig.Launcher.OnLaunch = launch => launch.Fail("there is no such program", isPermanent: true);

        var failed = (await rig.Registry.AddAsync(Fleet.Server(), cancellationToken: Cancelled)).Status;
        var happened = await told;
        await rig.Sees(2);
        rig.Launcher.OnLaunch = launch => launch.Succeed();
        var connected = await rig.Registry.ConnectAsync(Fleet.Only, Cancelled);
        await rig.Sees(3);

        Assert.Equal((ServerState.FailedToStart, "there is no such program", 1), (failed.State, failed.LastError, failed.ConsecutiveFailures));
        Assert.Equal("there is no such program", happened!.Text("error"));
        Assert.Equal((ServerState.Running, null, 0), (connected.State, connected.LastError, connected.ConsecutiveFailures));
        var rows = await rig.Registry.ReadConnectionsAsync(new HistoryQuery(), Cancelled);
        Assert.Equal([ConnectionOutcome.Open, ConnectionOutcome.NotConnected], rows.Select(row => row.Outcome));
        Assert.Equal("there is no such program", rows[1].Error);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_request_waits_as_long_as_it_says_or_else_as_long_as_its_server_says()
    {
        var held = new TaskCompletionSource();
        await using var peer = await LegacyPeer.StartAsync(async request =>
        {
            if (request.Method == "slow")
                await held.Task.WaitAsync(request.Gone);
            await request.AnswerAsync(Result(request.Method));
        });
        var server = new ServerConfig { Id = "hasty", Transport = ServerTransport.Http, Url = peer.Url.ToString(), RequestTimeout = TimeSpan.FromMilliseconds(100) };
        await using var rig = await RealServers.StartAsync(server, server with { Id = "patient", RequestTimeout = Timeout.InfiniteTimeSpan });
        await rig.SettleAsync();
        var registry = rig.Host.Registry;

        var longer = registry.RequestAsync("hasty", "slow", timeout: TimeSpan.FromMinutes(1), cancellationToken: Cancelled);
        await Assert.ThrowsAsync<UpstreamErrorException>(() => registry.RequestAsync("hasty", "slow", cancellationToken: Cancelled));
        await Assert.ThrowsAsync<UpstreamErrorException>(() => registry.RequestAsync("patient", "slow", timeout: TimeSpan.FromMilliseconds(100), cancellationToken: Cancelled));
        Assert.False(longer.IsCompleted);
        held.SetResult();

        Assert.Equal("{}", Encoding.UTF8.GetString(await longer));
        Assert.All(rig.Host.Manager.GetAllStatuses(), status => Assert.Equal((ServerState.Running, 0), (status.State, status.ConsecutiveFailures)));
    }

    /// <summary>The seed counts a failed request against the server. Here health is a matter of probes, and an error of one caller is his own.</summary>
    [Fact(Timeout = 30_000)]
    public async Task A_request_that_the_server_refuses_is_the_callers_error_and_not_a_failure_of_the_server()
    {
        await using var rig = await RealServers.StartAsync(RealServers.Process("files", "echo"));
        await rig.SettleAsync();

        var refused = await Assert.ThrowsAsync<UpstreamErrorException>(() => rig.Host.Registry.RequestAsync("files", "no/such", cancellationToken: Cancelled));

        Assert.Equal((-32601, "Method not found"), (refused.Code, refused.Message));
        var status = rig.Host.Manager.FindStatus("files")!;
        Assert.Equal((ServerState.Running, 0, null), (status.State, status.ConsecutiveFailures, status.LastError));
    }

    [Theory(Timeout = 30_000)]
    [InlineData("ping", null)]
    [InlineData("tools/list", -32601)]
    [InlineData("resources/list", -32601)]
    [InlineData("prompts/list", -32601)]
    [InlineData("initialize", -32601)]
    [InlineData("server/discover", -32601)]
    public async Task A_server_that_asks_is_answered_and_what_only_servers_know_is_refused(string method, int? code)
    {
        await using var rig = await GatewayRig.StartAsync("a");
        var server = await rig.LaunchedAsync("a");

        await server.SayAsync($$"""{"jsonrpc":"2.0","id":"q","method":"{{method}}"}""");

        var answer = await server.NextAsync("answer");
        Assert.Equal("q", (string?)answer["id"]);
        Assert.Equal(code, (int?)answer["error"]?["code"]);
        Assert.Equal(code is null ? "{}" : null, answer["result"]?.ToJsonString());
        Assert.Null(rig.Manager.FindStatus("a")!.IsolationReason); // nobody's question needs no process of anybody's own
    }

    private static string Result(string method) => method switch
    {
        "initialize" => """{"protocolVersion":"2025-11-25","capabilities":{"tools":{}},"serverInfo":{"name":"far","version":"1"}}""",
        "tools/list" => """{"tools":[]}""",
        _ => "{}",
    };

    private static async Task<RemotePeer?> PeerAsync(ServerTransport transport) => transport switch
    {
        ServerTransport.Http => await LegacyPeer.StartAsync(request => request.AnswerAsync(Result(request.Method))),
        ServerTransport.Sse => await SsePeer.StartAsync(SsePeer.Echo),
        ServerTransport.WebSocket => await SocketPeer.StartAsync(Result),
        _ => null,
    };
}
