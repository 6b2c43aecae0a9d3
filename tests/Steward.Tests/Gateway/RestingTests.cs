using System.Text.Json.Nodes;
using Steward.Configuration;
using Steward.Supervision;
using Xunit;

namespace Steward.Tests.Gateway;

/// <summary>Clients of servers that rest until somebody calls them (<c>start: lazy</c>, <c>idleStopMs</c>).</summary>
public sealed class RestingTests
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact(Timeout = 30_000)]
    public async Task A_server_that_rests_is_listed_without_being_started_and_all_first_calls_make_one_start()
    {
        await using var rig = await StartAsync();
        using var client = await rig.OpenAsync();
        using var modern = rig.Modern();
        using var direct = rig.Modern("/servers/a/mcp");
        await RestAsync(rig);

        Assert.Equal(2, (await client.CallAsync("tools/list"))["result"]!["tools"]!.AsArray().Count);
        Assert.Equal(2, (await modern.CallAsync("tools/list"))["result"]!["tools"]!.AsArray().Count);
        Assert.Equal(2, (await direct.CallAsync("tools/list"))["result"]!["tools"]!.AsArray().Count);
        Assert.False(rig.HasLaunched("a"));

        var calls = Enumerable.Range(0, 100).Select(call => call % 2 == 0 ? client.CallToolAsync("a__echo") : modern.CallToolAsync("a__echo")).ToArray();
        foreach (var call in calls)
            Assert.Equal("a", (string?)(await call)["result"]!["server"]);
        await rig.LaunchedAsync("a");
        Assert.False(rig.HasLaunched("a"));
    }

    [Fact(Timeout = 30_000)]
    public async Task A_server_is_put_to_rest_after_its_last_call_and_comes_back_as_often_as_it_is_called()
    {
        await using var rig = await StartAsync();
        using var client = await rig.OpenAsync();
        for (var round = 0; round < 5; round++)
        {
            await RestAsync(rig);
            Assert.Equal("a", (string?)(await client.CallToolAsync("a__echo"))["result"]!["server"]);
            await rig.LaunchedAsync("a");
        }
    }

    [Fact(Timeout = 30_000)]
    public async Task A_server_that_is_subscribed_to_or_called_does_not_rest()
    {
        await using var rig = await StartAsync();
        using var client = await rig.OpenAsync();
        await RestAsync(rig);
        await client.CallAsync("resources/subscribe", """{"uri":"a:1"}""");
        var server = await rig.LaunchedAsync("a");
        rig.Time.Advance(3 * Minute);
        await rig.Manager.PassAsync("a", Cancelled);
        Assert.Equal(ServerState.Running, rig.Manager.GetStatus("a").State);

        var call = client.PostAsync(Echo(client, "a__wait"));
        var request = await server.NextAsync("tools/call");
        await client.CallAsync("resources/unsubscribe", """{"uri":"a:1"}""");
        rig.Time.Advance(3 * Minute);
        await rig.Manager.PassAsync("a", Cancelled);
        Assert.Equal(ServerState.Running, rig.Manager.GetStatus("a").State);
        await server.AnswerAsync(request);
        await AnswerAsync(call);
        await RestAsync(rig);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_call_of_a_server_that_a_person_stopped_fails_clearly()
    {
        await using var rig = await StartAsync();
        using var client = await rig.OpenAsync("/servers/a/mcp");
        await rig.Manager.StopServerAsync("a", Cancelled);
        Assert.Contains("'steward start a' starts it", (string?)(await client.CallToolAsync("echo"))["error"]!["message"], StringComparison.Ordinal);
        await rig.Manager.StartServerAsync("a", Cancelled);
        Assert.Equal("a", (string?)(await client.CallToolAsync("echo"))["result"]!["server"]);
    }

    [Fact(Timeout = 30_000)]
    public async Task One_that_has_never_come_up_is_started_to_be_listed()
    {
        var fails = true;
        var lazy = GatewayRig.Server("a") with { Start = ServerStart.Lazy, QueueTimeout = TimeSpan.FromSeconds(10), RestartPolicy = new RestartPolicy { Jitter = 0 } };
        await using var rig = await GatewayRig.StartAsync(new StewardConfig { Servers = [lazy] }, server =>
        {
            if (fails)
                server.Crash();
        }, waits: false);
        await rig.Manager.WaitForStatusAsync("a", static status => status.State == ServerState.Restarting, Cancelled);
        await Assert.ThrowsAsync<ServerStartException>(() => rig.Manager.StartServerAsync("a", Cancelled)); // by somebody who does not wait for it
        rig.Time.Advance(Minute);
        await rig.Manager.WaitForStatusAsync("a", static status => status is { State: ServerState.Stopped, StartsOnCall: true }, Cancelled);

        fails = false;
        using var client = rig.Modern("/servers/a/mcp");
        Assert.Equal(2, (await client.CallAsync("tools/list"))["result"]!["tools"]!.AsArray().Count);
    }

    [Theory(Timeout = 30_000)]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Who_it_is_and_what_it_lists_is_known_at_its_own_endpoint_without_a_start(bool isModern)
    {
        await using var rig = await StartAsync(server => server.IsModern = isModern);
        await RestAsync(rig);

        using var legacy = new RigClient(new Uri(rig.Url, "/servers/a/mcp"));
        var opened = await legacy.InitializeAsync();
        using var modern = rig.Modern("/servers/a/mcp");
        var discovered = await modern.CallAsync("server/discover");

        Assert.NotNull(opened["result"]!["capabilities"]!["tools"]);
        Assert.NotNull(discovered["result"]!["capabilities"]!["tools"]);
        if (!isModern)
            Assert.Equal("be kind", (string?)opened["result"]!["instructions"]);
        foreach (var (list, items, count) in new[] { ("tools/list", "tools", 2), ("prompts/list", "prompts", isModern ? 0 : 1), ("resources/list", "resources", isModern ? 0 : 1), ("resources/templates/list", "resourceTemplates", 0) })
        {
            Assert.Equal(count, (await legacy.CallAsync(list))["result"]![items]!.AsArray().Count);
            Assert.Equal(count, (await modern.CallAsync(list))["result"]![items]!.AsArray().Count);
        }

        Assert.Equal(ServerState.Stopped, rig.Manager.GetStatus("a").State);
        Assert.False(rig.HasLaunched("a"));
        Assert.Equal("a", (string?)(await legacy.CallToolAsync("echo"))["result"]!["server"]);
        Assert.Equal("a", (string?)(await modern.CallToolAsync("echo"))["result"]!["server"]);
    }

    [Fact(Timeout = 30_000)]
    public async Task Clients_hear_of_lists_after_a_start_only_where_they_are_others()
    {
        var extra = false;
        await using var rig = await StartAsync(server => server.Tools.AddRange(extra ? ["new"] : Array.Empty<string>()));
        using var client = await rig.OpenAsync();
        using var heard = await client.ListenAsync();
        await RestAsync(rig);
        await client.CallToolAsync("a__echo");
        await rig.Gateway.CatchUpAsync();
        await RestAsync(rig);
        extra = true;
        await client.CallToolAsync("a__echo");

        Assert.Equal("notifications/tools/list_changed", (string?)(await heard.MessageAsync())["method"]);
        Assert.Equal(3, (await client.CallAsync("tools/list"))["result"]!["tools"]!.AsArray().Count);
        await client.DeleteAsync();
        while (await heard.NextAsync() is { } rest)
            Assert.DoesNotContain("list_changed", rest, StringComparison.Ordinal);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_call_that_starts_a_server_in_vain_is_told_why_and_the_next_one_tries_again()
    {
        var isBroken = false;
        await using var rig = await StartAsync(_ =>
        {
            if (isBroken)
                throw new ServerLaunchException("Server 'a' ended at once: exit code 3.");
        });
        using var client = await rig.OpenAsync();
        await RestAsync(rig);
        isBroken = true;

        Assert.Contains("exit code 3", (string?)(await client.CallToolAsync("a__echo"))["error"]!["message"], StringComparison.Ordinal); // queueMs is 0: it waits for one start
        rig.Time.Advance(TimeSpan.FromSeconds(2));
        await rig.Manager.WaitForStatusAsync("a", static status => status is { State: ServerState.Stopped, StartsOnCall: true, LastError: not null }, Cancelled);
        await rig.Gateway.CatchUpAsync();
        Assert.Equal(2, (await client.CallAsync("tools/list"))["result"]!["tools"]!.AsArray().Count);
        isBroken = false;
        Assert.Equal("a", (string?)(await client.CallToolAsync("a__echo"))["result"]!["server"]);
    }

    [Fact(Timeout = 60_000)]
    public async Task No_call_is_lost_between_rest_and_use()
    {
        var second = TimeSpan.FromSeconds(1);
        await using var rig = await StartAsync(idleStop: second, patience: Minute);
        using var legacy = await rig.OpenAsync();
        using var modern = rig.Modern("/servers/a/mcp");
        using var ticks = new SemaphoreSlim(0);
        var isOver = false;
        var resting = Task.Run(async () =>
        {
            while (!Volatile.Read(ref isOver))
            {
                await ticks.WaitAsync(Cancelled);
                if (rig.Manager.GetStatus("a").State == ServerState.Running) // a start takes none of this clock's time
                    rig.Time.Advance(second);
            }
        }, Cancelled);

        for (var round = 0; round < 300; round++)
        {
            ticks.Release(3); // a few: sessions end when nothing is heard of them for long
            var calls = new[] { legacy.PostAsync(Echo(legacy, "a__echo")), modern.PostAsync(modern.Message("tools/call", """ "name":"echo" """)), legacy.PostAsync(Echo(legacy, "a__echo")) };
            foreach (var call in calls)
            {
                var answer = await AnswerAsync(call);
                Assert.True((string?)answer["result"]?["server"] == "a", answer.ToJsonString());
            }

            var request = await rig.Manager.ReachAsync(rig.Manager.Servers[0], gone: null, Cancelled);
            Assert.NotNull(await rig.Manager.RequestAsync(rig.Manager.Servers[0], request!, "tools/list", default, Timeout.InfiniteTimeSpan, Cancelled));
        }

        Volatile.Write(ref isOver, true);
        ticks.Release();
        await resting;
        Assert.True(rig.Manager.GetStatus("a").Transitions > 20, "it has hardly ever rested: the test has not tried much");
    }

    [Fact(Timeout = 30_000)]
    public async Task A_request_of_no_client_starts_it_too_and_counts_as_use()
    {
        await using var rig = await StartAsync();
        await RestAsync(rig);
        var server = rig.Manager.Servers[0];

        var run = await rig.Manager.ReachAsync(server, gone: null, Cancelled);
        rig.Time.Advance(Minute / 2);
        Assert.NotNull(await rig.Manager.RequestAsync(server, run!, "tools/list", default, Minute, Cancelled));
        rig.Time.Advance(Minute / 2);
        await rig.Manager.PassAsync("a", Cancelled);
        Assert.Equal(ServerState.Running, rig.Manager.GetStatus("a").State);
        await rig.Manager.StopServerAsync("a", Cancelled);
        Assert.Null(await rig.Manager.ReachAsync(server, gone: null, Cancelled));
    }

    [Fact(Timeout = 30_000)]
    public async Task Whoever_wants_to_hear_of_a_resource_wakes_its_server_and_keeps_it_awake()
    {
        await using var rig = await StartAsync();
        using var modern = rig.Modern();
        await RestAsync(rig);

        using var heard = await modern.StreamAsync("subscriptions/listen", """ "notifications":{"resourceSubscriptions":["a:1"]} """);
        var server = await rig.LaunchedAsync("a");
        await server.NextAsync("resources/subscribe");
        rig.Time.Advance(2 * Minute);
        rig.Time.Advance(2 * Minute);
        await rig.Manager.PassAsync("a", Cancelled);
        Assert.Equal(ServerState.Running, rig.Manager.GetStatus("a").State);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_session_with_a_process_of_its_own_starts_the_shared_one_too_and_keeps_it()
    {
        await using var rig = await GatewayRig.StartAsync(new StewardConfig { Servers = [GatewayRig.Server("a", ServerIsolation.Session) with { Start = ServerStart.Lazy, IdleStop = Minute }] });
        using var client = await rig.OpenAsync();
        await RestAsync(rig);

        Assert.Equal("a", (string?)(await client.CallToolAsync("a__echo"))["result"]!["server"]);
        await rig.Manager.WaitForStatusAsync("a", static status => status is { State: ServerState.Running, SessionProcesses: 1 }, Cancelled);
        rig.Time.Advance(2 * Minute);
        rig.Time.Advance(2 * Minute);
        await rig.Manager.PassAsync("a", Cancelled);
        Assert.Equal(ServerState.Running, rig.Manager.GetStatus("a").State);

        await client.DeleteAsync();
        await rig.Manager.WaitForStatusAsync("a", static status => status.SessionProcesses == 0, Cancelled);
        await RestAsync(rig);
    }

    private static string Echo(RigClient client, string tool) => client.Message("tools/call", $$"""{"name":"{{tool}}"}""");

    /// <summary>The answer, which comes by a stream where it takes long by the clock of the test.</summary>
    private static async Task<JsonNode> AnswerAsync(Task<HttpResponseMessage> call)
    {
        using var response = await call;
        if (response.Content.Headers.ContentType?.MediaType != "text/event-stream")
            return await RigClient.JsonAsync(response);
        using var events = await SseReader.OpenAsync(response);
        return await events.MessageAsync();
    }

    private static Task<GatewayRig> StartAsync(Action<ScriptedServer>? script = null, TimeSpan? idleStop = null, TimeSpan? patience = null) => GatewayRig.StartAsync(new StewardConfig
    {
        Servers = [GatewayRig.Server("a") with { Start = ServerStart.Lazy, IdleStop = idleStop ?? Minute, QueueTimeout = patience ?? TimeSpan.Zero }],
    }, script);

    /// <summary>Lets the time pass after which a server rests that nobody uses.</summary>
    private static async Task RestAsync(GatewayRig rig)
    {
        rig.Time.Advance(Minute);
        rig.Time.Advance(Minute);
        await rig.Manager.WaitForStatusAsync("a", static status => status is { State: ServerState.Stopped, StartsOnCall: true }, Cancelled);
        await rig.Gateway.CatchUpAsync();
        while (rig.HasLaunched("a"))
            await rig.LaunchedAsync("a");
    }
}
