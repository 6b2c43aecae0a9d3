using System.Text.Json.Nodes;
using Steward.Configuration;
using Steward.Processes;
using Steward.Registry;
using Steward.Supervision;
using Steward.Tests.Gateway;
using Steward.Tests.Server.Channels;
using Steward.Upstreams;
using Xunit;

namespace Steward.Tests.Parity;

/// <summary>What mcp_runner gets wrong, as tests that would notice it here.</summary>
public sealed class McpRunnerDefectTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    /// <summary>There, a process that had died went on being "Running", and a start gave its id back.</summary>
    [Fact(Timeout = 60_000)]
    public async Task A_process_that_dies_is_seen_without_anybody_asking_and_is_started_again()
    {
        await using var rig = await RealServers.StartAsync(RealServers.Process("files", "echo"));
        await rig.SettleAsync();
        var first = rig.Host.Manager.FindStatus("files")!;
        await using var feed = rig.Host.Manager.WatchAsync(Cancelled).GetAsyncEnumerator(Cancelled);

        Posix.Signal(first.Pid!.Value, Posix.SigKill);

        var states = new List<ServerState>();
        while (states.LastOrDefault() != ServerState.Running || states.Count < 2)
        {
            Assert.True(await feed.MoveNextAsync());
            if (states.Count == 0 || states[^1] != feed.Current.State)
                states.Add(feed.Current.State);
        }

        Assert.Contains(ServerState.Restarting, states);
        var second = rig.Host.Manager.FindStatus("files")!;
        Assert.NotEqual(first.Pid, second.Pid);
        Assert.Equal(("SIGKILL", 1), (second.LastExit!.Signal, second.Restarts));
        Assert.NotEmpty(await rig.Host.Registry.RequestAsync("files", "tools/list", cancellationToken: Cancelled));
    }

    /// <summary>There, a check that was asked for noted a dead server as restarted, without starting it.</summary>
    [Fact(Timeout = 60_000)]
    public async Task A_dead_server_that_is_not_to_be_restarted_is_never_said_to_run()
    {
        await using var rig = await RealServers.StartAsync(RealServers.Process("files", "echo") with { RestartPolicy = RestartPolicy.Never });
        await rig.SettleAsync();

        Posix.Signal(rig.Host.Manager.FindStatus("files")!.Pid!.Value, Posix.SigKill);
        var dead = await rig.Host.Manager.WaitForStatusAsync("files", status => status.State is ServerState.Crashed or ServerState.FailedToStart, Cancelled);
        await Assert.ThrowsAsync<UpstreamErrorException>(() => rig.Host.Registry.RequestAsync("files", "ping", cancellationToken: Cancelled));

        Assert.Null(dead.Pid);
        Assert.Empty(rig.Host.Registry.ListConnections());
        var started = await rig.Host.Registry.ConnectAsync("files", Cancelled); // anew, and not "already running"
        Assert.Equal(ServerState.Running, started.State);
        Assert.NotNull(started.Pid);
    }

    /// <summary>There, whoever waited for an answer of a server that had ended waited for ever.</summary>
    [Fact(Timeout = 60_000)]
    public async Task A_call_fails_when_its_process_dies_and_the_history_says_why()
    {
        await using var rig = await RealServers.StartAsync(RealServers.Process("files", "die-midcall") with { RequestTimeout = Timeout.InfiniteTimeSpan });
        await rig.SettleAsync();

        await Assert.ThrowsAsync<UpstreamErrorException>(
            () => rig.Host.Registry.RequestAsync("files", "tools/call", """{"name":"misbehave"}"""u8.ToArray(), cancellationToken: Cancelled));
        await rig.Host.Manager.WaitForStatusAsync("files", status => status is { State: ServerState.Running, Restarts: 1 }, Cancelled);

        IReadOnlyList<ConnectionRecord> rows;
        do
        {
            rows = await rig.Host.Registry.ReadConnectionsAsync(new HistoryQuery { Server = "files" }, Cancelled);
        }
        while (rows.Count < 2);
        Assert.Equal([ConnectionOutcome.Open, ConnectionOutcome.Failed], rows.Select(row => row.Outcome));
        Assert.Contains("exit code 7", rows[1].Error, StringComparison.Ordinal);
    }

    /// <summary>There, the proxy started a process of its own for every list and every call.</summary>
    [Fact(Timeout = 60_000)]
    public async Task Whatever_clients_of_the_proxy_ask_no_process_is_started_for_it()
    {
        await using var rig = await GatewayRig.StartAsync("a", "b");
        await rig.LaunchedAsync("a");
        await rig.LaunchedAsync("b");
        await rig.Gateway.CatchUpAsync(); // what they offer is merged beside the start
        var (one, _) = await ProxyClient.OpenAsync(rig);
        var (two, _) = await ProxyClient.OpenAsync(rig);
        using (one)
        using (two)
        {
            foreach (var client in (ProxyClient[])[one, two, one, two])
            {
                Assert.Equal(["a__echo", "a__wait", "b__echo", "b__wait"], await client.ListToolsAsync());
                Assert.Equal("a", (string?)(await client.CallAsync("a__echo"))["result"]!["server"]);
                Assert.Equal("b", (string?)(await client.CallAsync("b__echo"))["result"]!["server"]);
                Assert.NotNull((await client.CallAsync("c__echo"))["error"]);
            }
        }

        Assert.False(rig.HasLaunched("a"));
        Assert.False(rig.HasLaunched("b"));
    }

    /// <summary>There, every answer went to all clients, and ids that are texts came back with quotes in them.</summary>
    [Theory(Timeout = 60_000)]
    [InlineData("1")]
    [InlineData("\"1\"")]
    [InlineData("\"with \\\"quotes\\\"\"")]
    [InlineData("9007199254740993")]
    public async Task Clients_with_equal_ids_hear_each_their_own_answers_under_the_very_id(string id)
    {
        await using var rig = await GatewayRig.StartAsync("a");
        using var one = await RigEvents.OpenAsync(rig);
        using var two = await RigEvents.OpenAsync(rig);

        for (var i = 0; i < 20; i++)
        {
            await Task.WhenAll(one.SayAsync(Call("one", i)), two.SayAsync(Call("two", i)));
            foreach (var (client, name) in ((RigEvents, string)[])[(one, "one"), (two, "two")])
                Assert.Equal(JsonNode.Parse($$$$"""{"jsonrpc":"2.0","id":{{{{id}}}},"result":{"server":"a","echo":{"from":"{{{{name}}}}","n":{{{{i}}}}}}}""")!.ToJsonString(), (await client.HearAsync()).ToJsonString());
        }

        string Call(string from, int n) => $$$$"""{"jsonrpc":"2.0","id":{{{{id}}}},"method":"tools/call","params":{"name":"a__echo","arguments":{"from":"{{{{from}}}}","n":{{{{n}}}}}}}""";
    }

    /// <summary>There, one lock was held for as long as a tool took, and nobody else was answered.</summary>
    [Fact(Timeout = 60_000)]
    public async Task A_tool_that_takes_for_ever_keeps_nobody_from_being_answered()
    {
        await using var rig = await GatewayRig.StartAsync("a", "b");
        var server = await rig.LaunchedAsync("a");
        using var client = await RigEvents.OpenAsync(rig);
        await client.SayAsync("""{"jsonrpc":"2.0","id":"slow","method":"tools/call","params":{"name":"a__wait"}}""");
        await server.NextAsync("tools/call");

        Assert.Equal("ping", await AnsweredAsync(client, """{"jsonrpc":"2.0","id":"ping","method":"ping"}"""));
        Assert.Equal("list", await AnsweredAsync(client, """{"jsonrpc":"2.0","id":"list","method":"tools/list"}"""));
        Assert.Equal("call", await AnsweredAsync(client, """{"jsonrpc":"2.0","id":"call","method":"tools/call","params":{"name":"a__echo"}}"""));
        using var newcomer = await RigEvents.OpenAsync(rig);
        Assert.Equal("call", await AnsweredAsync(newcomer, """{"jsonrpc":"2.0","id":"call","method":"tools/call","params":{"name":"a__echo"}}"""));
        Assert.Equal(ServerState.Stopped, (await rig.Manager.StopServerAsync("b", Cancelled)).State);
    }

    /// <summary>There, the proxy knew the servers of the moment at which it was started.</summary>
    [Fact(Timeout = 60_000)]
    public async Task Servers_that_come_later_or_are_restarted_are_reached_by_clients_that_were_there_before()
    {
        await using var rig = await GatewayRig.StartAsync("a");
        var (client, _) = await ProxyClient.OpenAsync(rig);
        using (client)
        {
            Assert.Equal(["a__echo", "a__wait"], await client.ListToolsAsync());
            await rig.Manager.AddServerAsync(GatewayRig.Server("late"), cancellationToken: Cancelled);
            await rig.Manager.RestartServerAsync("a", Cancelled);

            while ((await client.ListToolsAsync()).Count() < 4)
                await Task.Yield();
            Assert.Equal("late", (string?)(await client.CallAsync("late__echo"))["result"]!["server"]);
            Assert.Equal("a", (string?)(await client.CallAsync("a__echo"))["result"]!["server"]);
        }
    }

    /// <summary>There, what was not allowed was still named at the beginning, and started to look for tools.</summary>
    [Fact(Timeout = 60_000)]
    public async Task A_server_that_is_not_allowed_is_neither_named_nor_asked()
    {
        var config = new StewardConfig { Servers = [GatewayRig.Server("hidden"), GatewayRig.Server("open")], SseProxy = new SseProxyConfig { Port = 0, AllowedServers = ["open"] } };
        await using var rig = await GatewayRig.StartAsync(config);
        var hidden = await rig.LaunchedAsync("hidden");
        var (client, opened) = await ProxyClient.OpenAsync(rig);
        using (client)
        {
            hidden.HasHeard("whatever came before");
            Assert.DoesNotContain("hidden", opened.ToJsonString(), StringComparison.Ordinal);
            Assert.Equal(["open__echo", "open__wait"], await client.ListToolsAsync());
            Assert.Equal(-32602, (int?)(await client.CallAsync("hidden__echo"))["error"]!["code"]);
            Assert.Equal(-32602, (int?)(await client.CallAsync("echo"))["error"]!["code"]);
            Assert.False(hidden.HasHeard("tools/call"));
        }

        Assert.False(rig.HasLaunched("hidden"));
    }

    private static async Task<string?> AnsweredAsync(RigEvents client, string message)
    {
        await client.SayAsync(message);
        return (string?)(await client.HearAsync())["id"];
    }
}
