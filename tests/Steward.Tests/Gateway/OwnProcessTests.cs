using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Steward.Configuration;
using Steward.Tests.Testing;
using Steward.Tests.Upstreams;
using Steward.Upstreams;
using Xunit;

namespace Steward.Tests.Gateway;

/// <summary>Processes that clients have for themselves, when they end, are replaced or forget.</summary>
public sealed class OwnProcessTests
{
    private const string Tell = "logging/setLevel";

    private readonly ConcurrentDictionary<int, HookedLink> _links = new(); // by how many were started before: the first is that for all

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact(Timeout = 30_000)]
    public async Task A_call_waits_until_a_process_that_has_ended_is_gone_and_goes_to_the_next()
    {
        var gone = new TaskCompletionSource();
        await using var rig = await StartAsync((_, link, launch) => link.Gone = launch == 2 ? gone.Task : Task.CompletedTask);
        using var client = await OpenAsync(rig);
        var call = await CallAfterCrashAsync(rig, client);
        Assert.False(call.IsCompleted);
        Assert.False(rig.HasLaunched("a"));
        gone.SetResult();

        Assert.Equal("a", (string?)(await call)["result"]!["server"]);
        await (await rig.LaunchedAsync("a")).NextAsync("tools/call");
        Assert.False(rig.HasLaunched("a"));
    }

    [Fact(Timeout = 30_000)]
    public async Task A_call_waits_no_longer_than_it_may_for_a_process_to_be_gone()
    {
        var gone = new TaskCompletionSource();
        await using var rig = await StartAsync((_, link, launch) => link.Gone = launch == 2 ? gone.Task : Task.CompletedTask);
        using var client = await OpenAsync(rig);
        var call = await CallAfterCrashAsync(rig, client);
        rig.Time.Advance(TimeSpan.FromSeconds(10));

        Assert.Contains("still there after 10 s (queueMs)", (string?)(await call)["error"]!["message"], StringComparison.Ordinal);
        Assert.False(rig.HasLaunched("a"));
        gone.SetResult();
    }

    [Fact(Timeout = 30_000)]
    public async Task A_process_that_takes_no_calls_any_more_but_lives_is_ended_and_its_call_goes_to_the_next()
    {
        await using var rig = await StartAsync((_, link, launch) => link.Sending = message =>
        {
            if (launch == 2 && message.Contains("tools/call", StringComparison.Ordinal))
                throw new LinkClosedException("it reads no more");
        });
        using var client = await OpenAsync(rig);
        _ = await rig.LaunchedAsync("a");

        Assert.Equal("a", (string?)(await client.CallToolAsync("echo"))["result"]!["server"]);

        Assert.True(_links[2].Ending.IsCompleted);
        await (await rig.LaunchedAsync("a")).NextAsync("tools/call");
    }

    [Fact(Timeout = 30_000)]
    public async Task A_leased_process_that_has_ended_is_not_used_again_though_it_is_not_gone()
    {
        var gone = new TaskCompletionSource();
        await using var rig = await StartAsync((_, link, launch) => link.Gone = launch == 2 ? gone.Task : Task.CompletedTask);
        _ = await rig.LaunchedAsync("a");
        using var client = rig.Modern("/servers/a/mcp");
        await client.CallToolAsync("echo");
        (await rig.LaunchedAsync("a")).Crash();
        await _links[2].Ending;

        Assert.Equal("a", (string?)(await client.CallToolAsync("echo"))["result"]!["server"]);
        gone.SetResult();
    }

    [Fact(Timeout = 30_000)]
    public async Task A_process_stays_where_the_one_of_the_new_version_does_not_start()
    {
        await using var rig = await StartAsync((server, _, launch) => server.Answer = message =>
            launch == 4 && (string?)message["method"] == "initialize" ? """ "error":{"code":-1,"message":"not today"} """ : null);
        using var client = await OpenAsync(rig);
        var own = await rig.LaunchedAsync("a");

        await rig.Manager.UpdateServerAsync(Server() with { Url = "http://127.0.0.1:9/v2" }, Cancelled);
        _ = await rig.LaunchedAsync("a");
        _ = await rig.LaunchedAsync("a");

        Assert.NotNull((await client.CallToolAsync("echo"))["result"]);
        await own.NextAsync("tools/call");
        Assert.False(rig.HasLaunched("a"));
    }

    [Fact(Timeout = 30_000)]
    public async Task What_a_client_says_while_its_next_process_is_started_reaches_that_too()
    {
        await using var rig = await StartAsync((server, _, launch) => server.Keeps = launch == 4 ? "resources/subscribe" : null);
        using var client = await OpenAsync(rig);
        var own = await rig.LaunchedAsync("a");
        await client.CallAsync("resources/subscribe", """{"uri":"a:1"}""");
        await client.CallAsync("resources/subscribe", """{"uri":"a:2"}""");

        var updating = rig.Manager.UpdateServerAsync(Server() with { Url = "http://127.0.0.1:9/v2" }, Cancelled);
        _ = await rig.LaunchedAsync("a");
        var next = await rig.LaunchedAsync("a");
        var subscribing = new[] { await next.NextAsync("resources/subscribe"), await next.NextAsync("resources/subscribe") };
        await client.CallAsync("resources/subscribe", """{"uri":"a:3"}""");
        await client.CallAsync("resources/unsubscribe", """{"uri":"a:2"}""");
        await client.CallAsync(Tell, """{"level":"error"}""");
        await own.NextAsync(Tell);
        foreach (var one in subscribing)
            await next.AnswerAsync(one, "{}");

        Assert.Equal("error", (string?)(await next.NextAsync(Tell))["params"]!["level"]);
        var late = await next.NextAsync("resources/subscribe");
        Assert.Equal("a:3", (string?)late["params"]!["uri"]);
        Assert.Equal("a:2", (string?)(await next.NextAsync("resources/unsubscribe"))["params"]!["uri"]);
        await next.AnswerAsync(late, "{}");
        await updating;
    }

    [Fact(Timeout = 30_000)]
    public async Task A_server_that_forgot_the_session_of_a_clients_own_connection_is_told_again_and_the_client_lists_again()
    {
        await using var rig = await StartAsync(static (_, _, _) => { });
        using var client = await OpenAsync(rig);
        var own = await rig.LaunchedAsync("a");
        await client.CallAsync(Tell, """{"level":"error"}""");
        await client.CallAsync("resources/subscribe", """{"uri":"a:1"}""");
        await own.NextAsync(Tell);
        await own.NextAsync("resources/subscribe");
        using var news = await client.ListenAsync();

        _links[2].Receiver.OnRenewed();

        Assert.Equal("error", (string?)(await own.NextAsync(Tell))["params"]!["level"]);
        Assert.Equal("a:1", (string?)(await own.NextAsync("resources/subscribe"))["params"]!["uri"]);
        foreach (var list in new[] { "tools", "prompts", "resources" })
            Assert.Equal($"notifications/{list}/list_changed", (string?)(await news.MessageAsync())["method"]);
    }

    /// <summary>Crashes the process of a client's own, which is not gone by that, and calls it: the call waits.</summary>
    private async Task<Task<JsonNode>> CallAfterCrashAsync(GatewayRig rig, RigClient client)
    {
        (await rig.LaunchedAsync("a")).Crash();
        await _links[2].Ending;
        var armed = rig.Time.ArmedTimers;
        var call = client.CallToolAsync("echo");
        await Fleet.Until(() => rig.Time.ArmedTimers > armed || call.IsCompleted);
        return call;
    }

    private static ServerConfig Server() => GatewayRig.Server("a", ServerIsolation.Session) with { QueueTimeout = TimeSpan.FromSeconds(10) };

    /// <summary>A rig with one server, whose processes are told what to be by how many there were before.</summary>
    private Task<GatewayRig> StartAsync(Action<ScriptedServer, HookedLink, int> script)
    {
        var launches = 0;
        return GatewayRig.StartAsync(new StewardConfig { Servers = [Server()] }, server =>
        {
            var launch = Interlocked.Increment(ref launches);
            server.Wrap = link =>
            {
                _links[launch] = new HookedLink(link);
                script(server, _links[launch], launch);
                return _links[launch];
            };
        });
    }

    /// <summary>A client whose own process is the next that was launched.</summary>
    private static async Task<RigClient> OpenAsync(GatewayRig rig)
    {
        _ = await rig.LaunchedAsync("a");
        return await rig.OpenAsync("/servers/a/mcp");
    }
}
