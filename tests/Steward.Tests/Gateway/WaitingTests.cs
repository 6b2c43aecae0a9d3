using Steward.Configuration;
using Steward.Gateway.Waiting;
using Steward.Supervision;
using Steward.Tests.Clients;
using Steward.Tests.Server.Channels;
using Steward.Tests.Testing;
using Xunit;

namespace Steward.Tests.Gateway;

/// <summary>Calls that arrive while their server is just being started again (<c>queueMs</c>).</summary>
public sealed class WaitingTests
{
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(1.5); // more than the first wait with its jitter

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory(Timeout = 30_000)]
    [InlineData("/mcp", "a__echo")]
    [InlineData("/servers/a/mcp", "echo")]
    [InlineData("/groups/g/mcp", "a__echo")]
    public async Task A_call_during_a_restart_is_answered_by_the_next_run_to_clients_of_both_eras(string path, string tool)
    {
        await using var rig = await StartAsync();
        using var legacy = await rig.OpenAsync(path);
        using var modern = rig.Modern(path);
        await CrashAsync(rig);

        var calls = new[] { legacy.CallToolAsync(tool, """{"n":1}"""), modern.CallToolAsync(tool, """{"n":1}""") };
        await WaitAsync(rig, 2);
        Assert.All(calls, call => Assert.False(call.IsCompleted));
        rig.Time.Advance(Retry);

        foreach (var call in calls)
            Assert.Equal(1, (int?)(await call)["result"]!["echo"]!["n"]);
        Assert.Equal(0, Line(rig).Count);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_request_of_no_client_waits_as_clients_calls_do()
    {
        await using var rig = await StartAsync();
        var server = rig.Manager.Servers[0];
        await CrashAsync(rig);
        var reaching = rig.Manager.ReachAsync(server, gone: null, Cancelled);
        Assert.False(reaching.IsCompleted);
        rig.Time.Advance(Retry);

        Assert.NotNull(await rig.Manager.RequestAsync(server, (await reaching)!, "tools/list", default, Timeout.InfiniteTimeSpan, Cancelled));
        await rig.Manager.StopServerAsync("a", Cancelled);
        Assert.Null(await rig.Manager.ReachAsync(server, gone: null, Cancelled));
    }

    [Fact(Timeout = 30_000)]
    public async Task Calls_of_one_client_reach_the_next_run_in_their_order()
    {
        const int Calls = 60;
        await using var rig = await StartAsync();
        using var socket = await RigSocket.OpenAsync(rig);
        await CrashAsync(rig);
        for (var call = 0; call < Calls; call++)
            await socket.SayAsync($$$$"""{"jsonrpc":"2.0","id":{{{{call}}}},"method":"tools/call","params":{"name":"a__wait","arguments":{"n":{{{{call}}}}}}}""");
        await WaitAsync(rig, Calls);

        rig.Time.Advance(Retry);
        var next = await rig.LaunchedAsync("a");
        for (var call = 0; call < Calls; call++)
        {
            var request = await next.NextAsync("tools/call");
            Assert.Equal(call, (int?)request["params"]!["arguments"]!["n"]);
            await next.AnswerAsync(request);
            Assert.Equal(call, (int?)(await socket.HearAsync())!["id"]);
        }
    }

    [Fact(Timeout = 30_000)]
    public async Task A_call_that_the_next_run_did_not_take_either_keeps_its_place()
    {
        await using var rig = await StartAsync();
        using var client = await rig.OpenAsync();
        await CrashAsync(rig);
        var sent = new List<string>();
        var owner = rig.Gateway.Sessions.All.First();

        Task[] all = [Line(rig).JoinAsync(Named("b")), Line(rig).JoinAsync(Named("c")), Line(rig).JoinAsync(Named("a"), isFirst: true)];
        rig.Time.Advance(Retry);
        await Task.WhenAll(all);

        Assert.Equal(["a", "b", "c"], sent);

        WaitingCall Named(string name) => new(owner, default, default, TimeSpan.FromSeconds(10), () => Send(name), static _ => Steward.Gateway.Reply.None);

        ValueTask<Steward.Gateway.Reply> Send(string name)
        {
            sent.Add(name);
            return new(Steward.Gateway.Reply.None);
        }
    }

    [Fact(Timeout = 30_000)]
    public async Task A_call_that_comes_back_has_waited_for_as_long()
    {
        await using var rig = await StartAsync();
        using var client = await rig.OpenAsync();
        await CrashAsync(rig);
        var (owner, line, message) = (rig.Gateway.Sessions.All.First(), Line(rig), new byte[] { 1 });
        WaitingCall? back = null;
        var first = new WaitingCall(owner, message, default, TimeSpan.FromSeconds(10), () => new(line.JoinAsync(back = New(), isFirst: true)), static _ => Steward.Gateway.Reply.None);

        var joined = line.JoinAsync(first);
        rig.Time.Advance(Retry);
        await joined;

        Assert.InRange(back!.Remaining, TimeSpan.Zero, TimeSpan.FromSeconds(9));

        WaitingCall New() => new(owner, message, default, TimeSpan.FromSeconds(10), static () => new(Steward.Gateway.Reply.None), static _ => Steward.Gateway.Reply.None);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_call_waits_no_longer_than_it_may_and_is_told_how_the_server_is()
    {
        var hangs = false;
        await using var rig = await StartAsync(server => server.IsSilent = hangs);
        using var client = await rig.OpenAsync();
        hangs = true;
        await CrashAsync(rig);
        var call = client.CallToolAsync("a__echo");
        await WaitAsync(rig, 1);

        rig.Time.Advance(Retry);
        await rig.Manager.WaitForStatusAsync("a", status => status.State == ServerState.Starting, Cancelled);
        Assert.False(call.IsCompleted);
        rig.Time.Advance(TimeSpan.FromSeconds(10) - Retry);

        var error = (await call)["error"]!;
        Assert.Equal("not_sent", (string?)error["data"]!["steward"]);
        Assert.Contains("Server 'a' is Starting", (string?)error["message"], StringComparison.Ordinal);
        Assert.Contains("waited for it for 10 s (queueMs)", (string?)error["message"], StringComparison.Ordinal);
        Assert.Equal(0, Line(rig).Count);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_call_fails_at_once_where_the_next_start_lies_beyond_its_wait_or_it_may_not_wait()
    {
        await using var far = await StartAsync(config: Server() with { RestartPolicy = new RestartPolicy { InitialDelay = TimeSpan.FromSeconds(12) } });
        await using var none = await StartAsync(config: Server() with { QueueTimeout = TimeSpan.Zero });
        foreach (var rig in new[] { far, none })
        {
            using var client = await rig.OpenAsync();
            await CrashAsync(rig);
            Assert.Contains("it is started again in", (string?)(await client.CallToolAsync("a__echo"))["error"]!["message"], StringComparison.Ordinal);
        }
    }

    [Fact(Timeout = 30_000)]
    public async Task What_waits_fails_as_soon_as_somebody_stops_disables_or_removes_the_server()
    {
        foreach (var (end, says) in new (Func<McpServerManager, Task>, string)[]
        {
            (manager => manager.StopServerAsync("a", Cancelled), "'steward start a' starts it"),
            (manager => manager.DisableServerAsync("a", Cancelled), "Server 'a' is"),
            (manager => manager.RemoveServerAsync("a", Cancelled), "it is removed"),
        })
        {
            await using var rig = await StartAsync();
            using var client = await rig.OpenAsync();
            await CrashAsync(rig);
            var call = client.CallToolAsync("a__echo");
            await WaitAsync(rig, 1);

            await end(rig.Manager);

            Assert.Contains(says, (string?)(await call)["error"]!["message"], StringComparison.Ordinal);
        }
    }

    [Fact(Timeout = 30_000)]
    public async Task A_restart_by_hand_drops_no_call_and_clients_keep_seeing_the_tools()
    {
        await using var rig = await StartAsync();
        var first = await rig.LaunchedAsync("a");
        using var socket = await RigSocket.OpenAsync(rig);
        await socket.SayAsync("""{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"a__wait"}}""");
        var draining = await first.NextAsync("tools/call");
        var restarting = rig.Manager.RestartServerAsync("a", Cancelled);
        await rig.Manager.WaitForStatusAsync("a", status => status.State == ServerState.Stopping, Cancelled);
        await rig.Gateway.CatchUpAsync();
        await socket.SayAsync("""{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"a__echo"}}""");
        await WaitAsync(rig, 1);

        await first.AnswerAsync(draining);
        Assert.Equal(1, (int?)(await socket.HearAsync())!["id"]);
        Assert.Equal("a", (string?)(await socket.HearAsync())!["result"]!["server"]); // and no list_changed between
        await restarting;
    }

    [Fact(Timeout = 30_000)]
    public async Task Calls_in_flight_fail_at_once_and_are_not_sent_again()
    {
        await using var rig = await StartAsync();
        var first = await rig.LaunchedAsync("a");
        using var client = await rig.OpenAsync();
        var call = client.CallToolAsync("a__wait");
        await first.NextAsync("tools/call");

        first.Crash();
        Assert.Equal("connection_lost", (string?)(await call)["error"]!["data"]!["steward"]);
        await rig.Manager.WaitForStatusAsync("a", status => status.State == ServerState.Restarting, Cancelled);
        rig.Time.Advance(Retry);

        await client.CallToolAsync("a__echo");
        var second = await rig.LaunchedAsync("a");
        Assert.Equal("echo", (string?)(await second.NextAsync("tools/call"))["params"]!["name"]);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_wait_that_is_cancelled_leaves_at_once_and_so_does_that_of_a_client_that_goes()
    {
        await using var rig = await StartAsync();
        var first = await rig.LaunchedAsync("a");
        using var legacy = await rig.OpenAsync();
        using var gone = await rig.OpenAsync();
        using var modern = rig.Modern();
        var socket = await RigSocket.OpenAsync(rig);
        first.Crash();
        await rig.Manager.WaitForStatusAsync("a", status => status.State == ServerState.Restarting, Cancelled);
        using var hangUp = new CancellationTokenSource();

        var cancelled = legacy.PostAsync("""{"jsonrpc":"2.0","id":"c","method":"tools/call","params":{"name":"a__echo"}}""");
        var aborted = new[] { modern, (object)legacy }.Select(client => client is ModernRigClient asker
            ? asker.PostAsync(asker.Message("tools/call", "\"name\":\"a__echo\""), cancelled: hangUp.Token)
            : legacy.PostAsync(legacy.Message("tools/call", """{"name":"a__echo"}"""), cancelled: hangUp.Token)).ToArray();
        var ended = gone.PostAsync(gone.Message("tools/call", """{"name":"a__echo"}"""));
        await socket.SayAsync("""{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"a__echo"}}""");
        await WaitAsync(rig, 5);

        using var said = await legacy.PostAsync("""{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":"c"}}""");
        using var empty = await cancelled;
        Assert.Equal("", (await empty.Content.ReadAsStringAsync(Cancelled)).Replace(": \n\n", "", StringComparison.Ordinal));
        await WaitAsync(rig, 4);
        await hangUp.CancelAsync();
        await WaitAsync(rig, 2);
        await gone.DeleteAsync();
        await WaitAsync(rig, 1);
        socket.Dispose();
        await WaitAsync(rig, 0);

        rig.Time.Advance(Retry);
        var second = await rig.LaunchedAsync("a");
        await rig.Manager.WaitForStatusAsync("a", status => status.State == ServerState.Running, Cancelled);
        await legacy.CallAsync("tools/list");
        Assert.False(second.HasHeard("tools/call"));
        foreach (var call in aborted)
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        (await ended).Dispose();
    }

    [Fact(Timeout = 30_000)]
    public async Task No_more_calls_wait_than_have_room()
    {
        await using var rig = await StartAsync(new GatewayLimits { CallsInFlight = 2 * WaitingLine.MostWaiting, CallsPerMinute = 0 });
        using var socket = await RigSocket.OpenAsync(rig);
        using var few = await rig.OpenAsync();
        await CrashAsync(rig);
        var line = Line(rig);
        var client = rig.Gateway.Sessions.All.First();
        var joined = Enumerable.Range(0, WaitingLine.MostWaiting).Select(_ => line.JoinAsync(Wait(client))).ToArray();

        Assert.Contains($"{WaitingLine.MostWaiting} calls wait for it already", (string?)(await few.CallToolAsync("a__echo"))["error"]!["message"], StringComparison.Ordinal);
        rig.Time.Advance(Retry);
        await Task.WhenAll(joined);
        Assert.Equal(0, line.Count);
    }

    [Fact(Timeout = 30_000)]
    public async Task Sessions_and_subscriptions_wait_as_calls_do()
    {
        await using var rig = await StartAsync();
        using var known = await rig.OpenAsync();
        await CrashAsync(rig);

        using var late = new RigClient(new Uri(rig.Url, "/servers/a/mcp"));
        var opening = late.InitializeAsync();
        var subscribing = known.CallAsync("resources/subscribe", """{"uri":"a:1"}""");
        await WaitAsync(rig, 2);
        rig.Time.Advance(Retry);

        Assert.Equal("scripted", (string?)(await opening)["result"]!["serverInfo"]!["name"]);
        Assert.NotNull((await subscribing)["result"]);
    }

    [Fact(Timeout = 30_000)]
    public async Task Calls_of_a_program_wait_too_and_fail_with_the_status_where_that_was_in_vain()
    {
        await using var rig = await LibraryRig.StartAsync(script: null, new McpServerManagerOptions(), Server());
        (await rig.LaunchedAsync("a")).Crash();
        await rig.Manager.WaitForStatusAsync("a", status => status.State == ServerState.Restarting, Cancelled);
        var call = rig.Manager.CallToolAsync("a", "echo", cancellationToken: Cancelled);
        await Fleet.Until(() => rig.Manager.Embedding.Host.Gateway.Servers.Find("a")!.Line.Count == 1);
        Assert.False(call.IsCompleted);

        rig.Time.Advance(Retry);
        await call;

        (await rig.LaunchedAsync("a")).Crash();
        await rig.Manager.WaitForStatusAsync("a", status => status.State == ServerState.Restarting, Cancelled);
        var vain = rig.Manager.CallToolAsync("a", "echo", cancellationToken: Cancelled);
        await Fleet.Until(() => rig.Manager.Embedding.Host.Gateway.Servers.Find("a")!.Line.Count == 1);
        await rig.Manager.StopServerAsync("a", Cancelled);
        var failure = await Assert.ThrowsAsync<ServerNotRunningException>(() => vain);
        Assert.Equal(ServerState.Stopped, failure.Status.State);
    }

    private static ServerConfig Server(string id = "a") => GatewayRig.Server(id) with { QueueTimeout = TimeSpan.FromSeconds(10) };

    private static Task<GatewayRig> StartAsync(Action<ScriptedServer>? script = null, ServerConfig? config = null) => GatewayRig.StartAsync(new StewardConfig
    {
        Servers = [config ?? Server()],
        Groups = [new GroupConfig { Name = "g", Servers = ["a"] }],
    }, script);

    private static Task<GatewayRig> StartAsync(GatewayLimits limits) => GatewayRig.StartAsync(new StewardConfig { Servers = [Server()], Gateway = new GatewayConfig { Limits = limits } });

    private static async Task CrashAsync(GatewayRig rig)
    {
        (await rig.LaunchedAsync("a")).Crash();
        await rig.Manager.WaitForStatusAsync("a", status => status.State == ServerState.Restarting, Cancelled);
    }

    private static WaitingLine Line(GatewayRig rig, string id = "a") => rig.Gateway.Servers.Find(id)!.Line;

    private static WaitingCall Wait(Steward.Gateway.GatewayClient client) =>
        new(client, default, default, TimeSpan.FromSeconds(10), static () => new(Steward.Gateway.Reply.None), static _ => Steward.Gateway.Reply.None);

    private static Task WaitAsync(GatewayRig rig, int calls, string id = "a") => Fleet.Until(() => Line(rig, id).Count == calls);
}
