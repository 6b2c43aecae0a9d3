using Steward.Configuration;
using Steward.Supervision;
using Steward.Tests.Upstreams;
using Xunit;

namespace Steward.Tests.Gateway;

/// <summary>Clients that are at work while a server gets a new version.</summary>
public sealed class UpdatedServerTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact(Timeout = 30_000)]
    public async Task Calls_go_to_the_old_version_until_the_new_one_answers_and_those_in_flight_finish_there()
    {
        await using var rig = await StartAsync((server, version) => server.Keeps = version == 2 ? "ping" : null);
        var first = await rig.LaunchedAsync("a");
        using var client = await rig.OpenAsync();
        var inFlight = client.CallToolAsync("a__wait");
        var request = await first.NextAsync("tools/call");

        var updating = rig.Manager.UpdateServerAsync(Version(2), Cancelled);
        var second = await rig.LaunchedAsync("a");
        var probe = await second.NextAsync("ping");
        Assert.NotNull((await client.CallToolAsync("a__echo"))["result"]);
        await first.NextAsync("tools/call");
        Assert.Equal(ServerState.Running, rig.Manager.GetStatus("a").State);

        await second.AnswerAsync(probe, "{}");
        await updating;
        Assert.NotNull((await client.CallToolAsync("a__echo"))["result"]);
        await second.NextAsync("tools/call");
        Assert.False(first.HasHeard("tools/call"));
        Assert.False(inFlight.IsCompleted);

        await first.AnswerAsync(request, """{"done":true}""");
        Assert.True((bool?)(await inFlight)["result"]!["done"]);
        await first.Peer.Link.Closed; // and then it ends
    }

    [Fact(Timeout = 30_000)]
    public async Task Clients_hear_of_the_lists_that_differ_once_and_of_none_where_they_are_equal()
    {
        await using var rig = await StartAsync((server, version) =>
        {
            if (version == 3)
                server.Tools.Add("more");
        });
        using var client = await rig.OpenAsync();
        using var direct = await rig.OpenAsync("/servers/a/mcp");
        foreach (var one in new[] { client, direct })
        {
            await one.CallAsync("prompts/list");
            await one.CallAsync("resources/subscribe", """{"uri":"a:1"}""");
        }

        await rig.Gateway.CatchUpAsync();
        using var news = await client.ListenAsync();
        using var directNews = await direct.ListenAsync();
        _ = await rig.LaunchedAsync("a");

        Assert.Null((await rig.Manager.UpdateServerAsync(Version(2), Cancelled)).Update!.Changes);
        await rig.Gateway.CatchUpAsync();
        Assert.Equal("tools: +more", (await rig.Manager.UpdateServerAsync(Version(3), Cancelled)).Update!.Changes);
        await rig.Gateway.CatchUpAsync();
        _ = await rig.LaunchedAsync("a");
        var third = await rig.LaunchedAsync("a");
        await third.SayAsync("""{"jsonrpc":"2.0","method":"notifications/resources/updated","params":{"uri":"a:1"}}""");

        foreach (var reader in new[] { news, directNews })
        {
            Assert.Equal("notifications/tools/list_changed", await NextAsync(reader));
            Assert.Equal("notifications/resources/updated", await NextAsync(reader));
        }

        Assert.Contains("a__more", (await client.CallAsync("tools/list"))["result"]!["tools"]!.AsArray().Select(tool => (string)tool!["name"]!));
    }

    [Fact(Timeout = 30_000)]
    public async Task The_new_version_knows_subscriptions_and_log_level_before_it_has_the_calls_and_is_told_once()
    {
        await using var rig = await StartAsync((server, version) => server.Keeps = version == 2 ? "resources/subscribe" : null);
        using var client = await rig.OpenAsync();
        _ = await rig.LaunchedAsync("a");
        await client.CallAsync("resources/subscribe", """{"uri":"a:1"}""");
        await client.CallAsync("logging/setLevel", """{"level":"debug"}""");

        var updating = rig.Manager.UpdateServerAsync(Version(2), Cancelled);
        var second = await rig.LaunchedAsync("a");
        var subscribing = await second.NextAsync("resources/subscribe");
        Assert.Equal("a:1", (string?)subscribing["params"]!["uri"]);
        Assert.True(rig.Manager.GetStatus("a").IsUpdating);
        await second.AnswerAsync(subscribing, "{}");
        await updating;
        await rig.Gateway.CatchUpAsync();
        await client.CallToolAsync("a__echo");

        await second.NextAsync("tools/call");
        Assert.False(second.HasHeard("resources/subscribe"));
        await rig.Manager.UpdateServerAsync(Version(3), Cancelled);
        Assert.Equal("debug", (string?)(await (await rig.LaunchedAsync("a")).NextAsync("logging/setLevel"))["params"]!["level"]);
    }

    [Fact(Timeout = 60_000)]
    public async Task No_call_fails_while_its_server_is_replaced_again_and_again()
    {
        await using var rig = await StartAsync(static (_, _) => { });
        using var enough = new CancellationTokenSource();
        var callers = Enumerable.Range(0, 6).Select(caller => Task.Run(() => CallAsync(rig, caller % 2 == 0, enough.Token), Cancelled)).ToArray();

        for (var version = 2; version < 80; version++)
            Assert.Equal(ServerUpdateState.Done, (await rig.Manager.UpdateServerAsync(Version(version), Cancelled)).Update!.State);
        await enough.CancelAsync();

        Assert.All(await Task.WhenAll(callers), calls => Assert.True(calls > 20, $"only {calls} calls: the test has not tried much"));
    }

    [Fact(Timeout = 30_000)]
    public async Task A_process_of_a_sessions_own_is_replaced_beside_it_and_knows_what_the_session_had_said()
    {
        await using var rig = await StartAsync(static (_, _) => { }, ServerIsolation.Session);
        _ = await rig.LaunchedAsync("a");
        using var client = await rig.OpenAsync("/servers/a/mcp");
        var own = await rig.LaunchedAsync("a");
        await client.CallAsync("resources/subscribe", """{"uri":"a:1"}""");
        await client.CallAsync("logging/setLevel", """{"level":"error"}""");
        var inFlight = client.CallToolAsync("wait");
        var request = await own.NextAsync("tools/call");

        var updating = rig.Manager.UpdateServerAsync(Version(2, ServerIsolation.Session), Cancelled);
        _ = await rig.LaunchedAsync("a");
        var next = await rig.LaunchedAsync("a");
        Assert.Equal("error", (string?)(await next.NextAsync("logging/setLevel"))["params"]!["level"]);
        Assert.Equal("a:1", (string?)(await next.NextAsync("resources/subscribe"))["params"]!["uri"]);
        await rig.Manager.WaitForStatusAsync("a", status => status.Update is { State: ServerUpdateState.Done }, Cancelled);
        while (!next.HasHeard("tools/call"))
            Assert.NotNull((await client.CallToolAsync("echo"))["result"]); // from the moment in which it is ready

        Assert.False(updating.IsCompleted); // the old one is not gone
        await own.AnswerAsync(request, """{"done":true}""");
        Assert.True((bool?)(await inFlight)["result"]!["done"]);
        await updating;
        Assert.False(rig.HasLaunched("a"));
    }

    [Fact(Timeout = 30_000)]
    public async Task A_stop_ends_the_next_process_of_a_sessions_own_while_it_is_being_started()
    {
        const int nextOwn = 4; // behind the one for all and the first of the session's own, and the next for all
        var releasing = Task.CompletedTask;
        var endedBefore = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var rig = await StartAsync((server, launch) =>
        {
            if (launch == nextOwn)
                (server.Keeps, server.Wrap) = ("initialize", link => new EndingLink(link, () => endedBefore.TrySetResult(!releasing.IsCompleted)));
        }, ServerIsolation.Session);
        _ = await rig.LaunchedAsync("a");
        using var client = await rig.OpenAsync("/servers/a/mcp");
        var own = await rig.LaunchedAsync("a");
        var updating = rig.Manager.UpdateServerAsync(Version(2, ServerIsolation.Session), Cancelled);
        _ = await rig.LaunchedAsync("a");
        var next = await rig.LaunchedAsync("a");
        var opening = await next.NextAsync("initialize");

        releasing = Assert.Single(rig.Gateway.Sessions.All).ReleaseAsync(rig.Gateway.Servers.Find("a")!);
        await own.Peer.Link.Closed;
        await next.AnswerAsync(opening, """{"protocolVersion":"2025-11-25","capabilities":{"tools":{}},"serverInfo":{"name":"scripted","version":"1"}}""");

        Assert.True(await endedBefore.Task, "the stop did not wait for it");
        await Task.WhenAll(releasing, updating);
    }

    [Fact(Timeout = 30_000)]
    public async Task An_update_that_fails_leaves_the_processes_of_sessions_alone()
    {
        await using var rig = await StartAsync((server, version) => server.Answer = message => version == 3 && (string?)message["method"] == "tools/list" ? """ "error":{"code":-1,"message":"no tools today"} """ : null, ServerIsolation.Session);
        _ = await rig.LaunchedAsync("a");
        using var client = await rig.OpenAsync("/servers/a/mcp");
        var own = await rig.LaunchedAsync("a");

        var failure = await Assert.ThrowsAsync<ServerUpdateException>(() => rig.Manager.UpdateServerAsync(Version(2, ServerIsolation.Session), Cancelled));

        Assert.Contains("no tools today", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("inPlace", failure.Message, StringComparison.Ordinal); // nothing on this machine runs twice
        Assert.NotNull((await client.CallToolAsync("echo"))["result"]);
        await own.NextAsync("tools/call");
    }

    [Fact(Timeout = 30_000)]
    public async Task Calls_of_modern_clients_go_to_processes_of_the_new_version_and_those_in_flight_finish()
    {
        await using var rig = await StartAsync(static (_, _) => { }, ServerIsolation.Session);
        _ = await rig.LaunchedAsync("a");
        using var client = rig.Modern("/servers/a/mcp");
        var inFlight = client.CallToolAsync("wait");
        var leased = await rig.LaunchedAsync("a");
        var request = await leased.NextAsync("tools/call");

        var updating = rig.Manager.UpdateServerAsync(Version(2, ServerIsolation.Session), Cancelled);
        _ = await rig.LaunchedAsync("a");
        await rig.Manager.WaitForStatusAsync("a", status => status.Update is { State: ServerUpdateState.Done }, Cancelled);
        var answer = await client.CallToolAsync("echo");
        await leased.AnswerAsync(request, """{"done":true}""");

        Assert.NotNull(answer["result"]);
        Assert.True((bool?)(await inFlight)["result"]!["done"]);
        await updating;
        await leased.Peer.Link.Closed;
    }

    private static async Task<int> CallAsync(GatewayRig rig, bool isModern, CancellationToken enough)
    {
        using var session = isModern ? null : await rig.OpenAsync();
        using var modern = isModern ? rig.Modern("/servers/a/mcp") : null;
        var calls = 0;
        while (!enough.IsCancellationRequested)
        {
            var arguments = $$"""{"number":{{calls}}}""";
            var answer = session is not null
                ? await session.CallToolAsync("a__echo", arguments)
                : await modern!.CallToolAsync("echo", arguments);
            Assert.True((int?)answer["result"]?["echo"]?["number"] == calls, $"call {calls}: {answer.ToJsonString()}");
            calls++;
        }

        return calls;
    }

    private static async Task<string?> NextAsync(SseReader news) => (string?)(await news.MessageAsync())["method"];

    /// <summary>A rig with one server, whose processes are told what to be by how many there were before.</summary>
    private static Task<GatewayRig> StartAsync(Action<ScriptedServer, int> script, ServerIsolation isolation = ServerIsolation.Auto)
    {
        var launches = 0;
        return GatewayRig.StartAsync(new StewardConfig { Servers = [GatewayRig.Server("a", isolation)] }, server => script(server, Interlocked.Increment(ref launches)));
    }

    private static ServerConfig Version(int version, ServerIsolation isolation = ServerIsolation.Auto) => GatewayRig.Server("a", isolation) with { Url = $"http://127.0.0.1:9/v{version}" };
}
