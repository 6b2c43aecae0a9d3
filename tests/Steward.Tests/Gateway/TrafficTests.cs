using System.Net;
using System.Text.Json.Nodes;
using Steward.Configuration;
using Steward.Supervision;
using Xunit;

namespace Steward.Tests.Gateway;

public sealed class TrafficTests
{
    private const string Ask = """{"jsonrpc":"2.0","id":"their 1","method":"sampling/createMessage","params":{"messages":[],"x":1.0}}""";

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact(Timeout = 30_000)]
    public async Task Names_of_the_merged_endpoint_lead_to_their_servers()
    {
        await using var rig = await GatewayRig.StartAsync("a", "b");
        using var client = await rig.OpenAsync();

        var tools = (await client.CallAsync("tools/list"))["result"]!["tools"]!.AsArray();

        Assert.Equal(["a__echo", "a__wait", "b__echo", "b__wait"], tools.Select(tool => (string)tool!["name"]!));
        Assert.Contains("\"x\":1.0", tools[0]!.ToJsonString(), StringComparison.Ordinal);
        Assert.Equal("b", (string?)(await client.CallToolAsync("b__echo"))["result"]!["server"]);
        Assert.Equal("a", (string?)(await client.CallToolAsync("a_\\u005fecho"))["result"]!["server"]);
        Assert.Equal(-32602, (int?)(await client.CallToolAsync("echo"))["error"]!["code"]);
        Assert.Equal(-32601, (int?)(await client.CallAsync("tasks/list"))["error"]!["code"]);
        Assert.Equal(-32602, (int?)(await client.CallAsync("tools/list", """{"cursor":"x"}"""))["error"]!["code"]);
    }

    [Fact(Timeout = 30_000)]
    public async Task Equal_ids_of_two_clients_get_each_their_own_answer()
    {
        await using var rig = await GatewayRig.StartAsync("a");
        var server = await rig.LaunchedAsync("a");
        using var one = await rig.OpenAsync();
        using var two = await rig.OpenAsync();
        const string call = """{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"a__wait","_meta":{"progressToken":1}}}""";
        var first = one.PostAsync(call);
        var firstRequest = await server.NextAsync("tools/call");
        var second = two.PostAsync(call);
        var secondRequest = await server.NextAsync("tools/call");

        await server.ProgressAsync(secondRequest, 22);
        await server.AnswerAsync(firstRequest, """{"for":1}""");
        await server.AnswerAsync(secondRequest, """{"for":2}""");

        Assert.Equal(1, (int?)(await RigClient.JsonAsync(await first))["result"]!["for"]);
        using var stream = await SseReader.OpenAsync(await second);
        Assert.Equal(22, (int?)(await stream.MessageAsync())["params"]!["progress"]);
        Assert.Equal(2, (int?)(await stream.MessageAsync())["result"]!["for"]);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_cancellation_reaches_exactly_its_own_call()
    {
        await using var rig = await GatewayRig.StartAsync("a");
        var server = await rig.LaunchedAsync("a");
        using var one = await rig.OpenAsync();
        using var two = await rig.OpenAsync();
        const string call = """{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"a__wait"}}""";
        var first = one.PostAsync(call);
        var firstRequest = await server.NextAsync("tools/call");
        var second = two.PostAsync(call);
        var secondRequest = await server.NextAsync("tools/call");

        foreach (var id in (string[])["\"1\"", "99", "1", "1"])
            Assert.Equal(HttpStatusCode.Accepted, (await two.PostAsync($$$"""{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":{{{id}}},"reason":"enough"}}""")).StatusCode);

        Assert.Equal("", await (await second).Content.ReadAsStringAsync(Cancelled));
        await server.AnswerAsync(secondRequest); // late
        await server.AnswerAsync(firstRequest);
        Assert.NotNull((await RigClient.JsonAsync(await first))["result"]);
        await two.CallToolAsync("a__echo");
        var cancelled = await server.NextAsync("notifications/cancelled");
        Assert.Equal((long?)secondRequest["id"], (long?)cancelled["params"]!["requestId"]);
        Assert.False(server.HasHeard("notifications/cancelled"));
    }

    [Fact(Timeout = 30_000)]
    public async Task A_question_goes_to_the_client_whose_call_it_belongs_to_and_its_answer_back()
    {
        await using var rig = await GatewayRig.StartAsync("a");
        var server = await rig.LaunchedAsync("a");
        using var other = await rig.OpenAsync(capabilities: """{"sampling":{}}""");
        using var caller = await rig.OpenAsync(capabilities: """{"sampling":{}}""");
        await other.CallToolAsync("a__echo");
        var call = caller.PostAsync(caller.Message("tools/call", """{"name":"a__wait"}"""));
        var request = await server.NextAsync("tools/call");
        while ((string?)request["params"]!["name"] != "wait")
            request = await server.NextAsync("tools/call");

        await server.SayAsync(Ask);
        using var stream = await SseReader.OpenAsync(await call);
        var question = await stream.MessageAsync();
        Assert.Equal("sampling/createMessage", (string?)question["method"]);
        var answer = $$$"""{"jsonrpc":"2.0","id":{{{question["id"]!.ToJsonString()}}},"result":{"model":"m","y":2.0}}""";
        await other.PostAsync(answer); // not his to answer
        Assert.False(server.HasHeard("answer"));
        await caller.PostAsync(answer);

        var heard = await server.NextAsync("answer");
        Assert.Equal("""{"jsonrpc":"2.0","id":"their 1","result":{"model":"m","y":2.0}}""", heard.ToJsonString());
        await server.AnswerAsync(request);
        Assert.NotNull((await stream.MessageAsync())["result"]);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_client_that_did_not_declare_a_capability_is_never_asked()
    {
        await using var rig = await GatewayRig.StartAsync("a");
        var server = await rig.LaunchedAsync("a");
        using var client = await rig.OpenAsync(capabilities: """{"elicitation":{}}""");
        var call = client.PostAsync(client.Message("tools/call", """{"name":"a__wait"}"""));
        var request = await server.NextAsync("tools/call");

        await server.SayAsync(Ask);
        Assert.Equal(("their 1", -32601), Refusal(await server.NextAsync("answer")));
        await server.SayAsync("""{"jsonrpc":"2.0","id":"their 2","method":"elicitation/create","params":{"mode":"url","url":"http://x"}}""");
        Assert.Equal(("their 2", -32601), Refusal(await server.NextAsync("answer")));
        await server.SayAsync("""{"jsonrpc":"2.0","id":"their 3","method":"elicitation/create","params":{"message":"?"}}""");
        using var stream = await SseReader.OpenAsync(await call);
        Assert.Equal("elicitation/create", (string?)(await stream.MessageAsync())["method"]);
        await server.AnswerAsync(request);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_question_that_could_be_for_either_is_refused_and_new_sessions_get_processes_of_their_own()
    {
        await using var rig = await GatewayRig.StartAsync("a");
        var server = await rig.LaunchedAsync("a");
        using var one = await rig.OpenAsync(capabilities: """{"sampling":{}}""");
        using var two = await rig.OpenAsync(capabilities: """{"sampling":{}}""");
        var calls = (Task<HttpResponseMessage>[])[one.PostAsync(one.Message("tools/call", """{"name":"a__wait"}""")), two.PostAsync(two.Message("tools/call", """{"name":"a__wait"}"""))];
        var (first, second) = (await server.NextAsync("tools/call"), await server.NextAsync("tools/call"));

        await server.SayAsync(Ask);

        Assert.Equal(("their 1", -32601), Refusal(await server.NextAsync("answer")));
        await server.AnswerAsync(first);
        await server.AnswerAsync(second);
        await Task.WhenAll(calls);
        await rig.Manager.WaitForStatusAsync("a", status => status.IsolationReason?.Contains("sampling", StringComparison.Ordinal) == true, Cancelled);

        rig.Time.Advance(TimeSpan.FromSeconds(1));
        using var three = await rig.OpenAsync(capabilities: """{"sampling":{}}""");
        var own = three.PostAsync(three.Message("tools/call", """{"name":"a__wait"}"""));
        var process = await rig.LaunchedAsync("a");
        var request = await process.NextAsync("tools/call");
        Assert.Equal("rig", (string?)process.Opening!["clientInfo"]!["name"]);
        await process.SayAsync(Ask);
        using var stream = await SseReader.OpenAsync(await own);
        Assert.Equal("sampling/createMessage", (string?)(await stream.MessageAsync())["method"]);
        await process.AnswerAsync(request);
        using var plain = await rig.OpenAsync();
        await plain.CallToolAsync("a__echo");
        Assert.False(rig.HasLaunched("a")); // it cannot be asked, so it needs none
    }

    [Fact(Timeout = 30_000)]
    public async Task What_a_server_asks_after_its_caller_has_gone_does_not_go_to_the_next_best_client()
    {
        await using var rig = await GatewayRig.StartAsync("a");
        var server = await rig.LaunchedAsync("a");
        using var gone = await rig.OpenAsync(capabilities: """{"sampling":{}}""");
        using var there = await rig.OpenAsync(capabilities: """{"sampling":{}}""");
        await there.CallToolAsync("a__echo");
        await server.NextAsync("tools/call");
        var call = gone.PostAsync(gone.Message("tools/call", """{"name":"a__wait"}"""));
        await server.NextAsync("tools/call");
        await gone.DeleteAsync();
        await call;
        await server.NextAsync("notifications/cancelled");

        await server.SayAsync(Ask);

        Assert.Equal(("their 1", -32601), Refusal(await server.NextAsync("answer")));
    }

    [Fact(Timeout = 30_000)]
    public async Task Each_client_gets_the_log_messages_of_its_own_calls_at_its_own_level()
    {
        await using var rig = await GatewayRig.StartAsync("a");
        var server = await rig.LaunchedAsync("a");
        using var quiet = await rig.OpenAsync();
        using var loud = await rig.OpenAsync();
        Assert.NotNull((await quiet.CallAsync("logging/setLevel", """{"level":"error"}"""))["result"]);
        Assert.Equal("error", (string?)(await server.NextAsync("logging/setLevel"))["params"]!["level"]);
        Assert.NotNull((await loud.CallAsync("logging/setLevel", """{"level":"debug"}"""))["result"]);
        Assert.Equal("debug", (string?)(await server.NextAsync("logging/setLevel"))["params"]!["level"]);
        Assert.Equal(-32602, (int?)(await loud.CallAsync("logging/setLevel", """{"level":"shout"}"""))["error"]!["code"]);
        foreach (var (client, expected) in ((RigClient, string[])[])[(quiet, ["error"]), (loud, ["debug", "error"])])
        {
            var call = client.PostAsync(client.Message("tools/call", """{"name":"a__wait"}"""));
            var request = await server.NextAsync("tools/call");
            foreach (var level in (string[])["debug", "error"])
                await server.SayAsync($$$"""{"jsonrpc":"2.0","method":"notifications/message","params":{"level":"{{{level}}}","data":"x"}}""");
            await server.AnswerAsync(request);
            using var stream = await SseReader.OpenAsync(await call);
            foreach (var level in expected)
                Assert.Equal(level, (string?)(await stream.MessageAsync())["params"]!["level"]);
            Assert.NotNull((await stream.MessageAsync())["result"]);
        }
    }

    [Fact(Timeout = 30_000)]
    public async Task Subscriptions_are_counted_and_restored_and_die_with_their_session()
    {
        await using var rig = await GatewayRig.StartAsync("a");
        var server = await rig.LaunchedAsync("a");
        using var one = await rig.OpenAsync();
        using var two = await rig.OpenAsync();
        const string uri = """{"uri":"a:1"}""";
        await one.CallAsync("resources/subscribe", uri);
        await two.CallAsync("resources/subscribe", uri);
        using var news = await one.ListenAsync();
        await two.CallAsync("resources/unsubscribe", uri);
        Assert.False(server.HasHeard("resources/unsubscribe"));
        await server.SayAsync("""{"jsonrpc":"2.0","method":"notifications/resources/updated","params":{"uri":"a:1"}}""");
        var told = await news.MessageAsync();
        while ((string?)told["method"] != "notifications/resources/updated")
            told = await news.MessageAsync(); // that the server's lists are known now may be news to a client that came early
        Assert.Equal("a:1", (string?)told["params"]!["uri"]);

        var running = rig.Manager.FindStatus("a")!.Transitions;
        server.Crash();
        await rig.Manager.WaitForStatusAsync("a", status => status.State == ServerState.Restarting && status.Transitions > running, Cancelled);
        rig.Time.Advance(TimeSpan.FromSeconds(2)); // past the first restart delay, short of every time-out of the start
        var again = await rig.LaunchedAsync("a");
        Assert.Equal("a:1", (string?)(await again.NextAsync("resources/subscribe"))["params"]!["uri"]);

        await one.DeleteAsync();
        Assert.Equal("a:1", (string?)(await again.NextAsync("resources/unsubscribe"))["params"]!["uri"]);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_session_that_ends_while_its_server_is_down_leaves_no_subscription_behind()
    {
        await using var rig = await GatewayRig.StartAsync("a");
        var server = await rig.LaunchedAsync("a");
        using var client = await rig.OpenAsync();
        await client.CallAsync("resources/subscribe", """{"uri":"a:1"}""");
        server.Crash();
        await rig.Manager.WaitForStatusAsync("a", status => status.State == ServerState.Restarting, Cancelled);

        await client.DeleteAsync();

        Assert.Empty(rig.Gateway.Servers.Find("a")!.Subscriptions.Uris);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_changed_list_is_told_to_those_whom_it_concerns()
    {
        await using var rig = await GatewayRig.StartAsync("a", "b");
        var server = await rig.LaunchedAsync("a");
        using var merged = await rig.OpenAsync();
        using var direct = await rig.OpenAsync("/servers/a/mcp");
        using var elsewhere = await rig.OpenAsync("/servers/b/mcp");
        using var newsOfMerged = await merged.ListenAsync();
        using var newsOfDirect = await direct.ListenAsync();
        using var newsOfElsewhere = await elsewhere.ListenAsync();

        server.Tools.Add("fresh");
        await server.SayAsync("""{"jsonrpc":"2.0","method":"notifications/tools/list_changed"}""");

        foreach (var news in (SseReader[])[newsOfMerged, newsOfDirect])
            Assert.Equal("notifications/tools/list_changed", (string?)(await news.MessageAsync())["method"]);
        Assert.Contains("a__fresh", (await merged.CallAsync("tools/list")).ToJsonString(), StringComparison.Ordinal);
        Assert.Equal("", await newsOfElsewhere.NextAsync());
        await elsewhere.DeleteAsync();
        Assert.Null(await newsOfElsewhere.NextAsync());
    }

    [Fact(Timeout = 30_000)]
    public async Task Limits_on_calls_are_kept_for_each_session()
    {
        await using var rig = await GatewayRig.StartAsync(new StewardConfig
        {
            Servers = [GatewayRig.Server("a")],
            Gateway = new GatewayConfig { Limits = new GatewayLimits { CallsInFlight = 2, CallsPerMinute = 5 } },
        });
        var server = await rig.LaunchedAsync("a");
        using var client = await rig.OpenAsync();
        using var other = await rig.OpenAsync();
        var calls = Enumerable.Range(0, 2).Select(_ => client.PostAsync(client.Message("tools/call", """{"name":"a__wait"}"""))).ToArray();
        JsonNode[] requests = [await server.NextAsync("tools/call"), await server.NextAsync("tools/call")];

        Assert.Contains("callsInFlight", (string?)(await client.CallToolAsync("a__echo"))["error"]!["message"], StringComparison.Ordinal);
        Assert.NotNull((await other.CallToolAsync("a__echo"))["result"]);
        foreach (var request in requests)
            await server.AnswerAsync(request);
        await Task.WhenAll(calls);
        Assert.NotNull((await client.CallToolAsync("a__echo"))["result"]);
        Assert.NotNull((await client.CallToolAsync("a__echo"))["result"]);
        Assert.Contains("callsPerMinute", (string?)(await client.CallToolAsync("a__echo"))["error"]!["message"], StringComparison.Ordinal);
        rig.Time.Advance(TimeSpan.FromMinutes(1));
        Assert.NotNull((await client.CallToolAsync("a__echo"))["result"]);
    }

    [Fact(Timeout = 30_000)]
    public async Task When_a_server_dies_its_callers_are_told_at_once_and_others_notice_nothing()
    {
        await using var rig = await GatewayRig.StartAsync("a", "b");
        var server = await rig.LaunchedAsync("a");
        using var client = await rig.OpenAsync();
        var call = client.PostAsync(client.Message("tools/call", """{"name":"a__wait"}"""));
        await server.NextAsync("tools/call");

        server.Crash();

        Assert.Equal(-32000, (int?)(await RigClient.JsonAsync(await call))["error"]!["code"]);
        Assert.NotNull((await client.CallToolAsync("b__echo"))["result"]);
        await rig.Manager.WaitForStatusAsync("a", status => status.State == ServerState.Restarting, Cancelled);
        Assert.Equal(-32000, (int?)(await client.CallToolAsync("a__echo"))["error"]!["code"]);
    }

    private static (string?, int?) Refusal(JsonNode answer) => ((string?)answer["id"], (int?)answer["error"]!["code"]);
}
