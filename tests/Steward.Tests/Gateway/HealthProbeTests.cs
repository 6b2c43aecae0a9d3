using System.Text.Json.Nodes;
using Steward.Configuration;
using Steward.Supervision;
using Xunit;

namespace Steward.Tests.Gateway;

/// <summary>What probes do with a server, seen from both of its sides.</summary>
public sealed class HealthProbeTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory(Timeout = 30_000)]
    [InlineData(null, """{"content":[]}""", null)]
    [InlineData(null, """{"content":[{"type":"text","text":"no database"}],"isError":true}""", "answered with an error: it said no database")]
    [InlineData("\"rows: 1\"", """{"content":[{"type":"text","text":"that makes"},{"type":"text","text":"rows: 1."}]}""", null)]
    [InlineData("\"rows: 1\"", """{"content":[{"type":"text","text":"rows: 0"}]}""", "answered without 'rows: 1': it said rows: 0")]
    [InlineData("\"rows: 1\"", """{"content":[]}""", "answered without 'rows: 1': it said nothing")]
    [InlineData("""{"db":{"up":true},"n":1.0}""", """{"content":[],"structuredContent":{"db":{"up":true,"since":9},"n":1,"more":[]}}""", null)]
    [InlineData("""{"db":{"up":true}}""", """{"content":[],"structuredContent":{"db":{"up":false}}}""", "answered otherwise than expected: structuredContent.db.up is false, not true")]
    [InlineData("""{"db":{"up":true}}""", """{"content":[],"structuredContent":{"db":7}}""", "answered otherwise than expected: structuredContent.db is 7, no object")]
    [InlineData("""{"db":{}}""", """{"content":[],"structuredContent":{}}""", "answered otherwise than expected: structuredContent has no db")]
    [InlineData("""{"up":true}""", """{"content":[{"type":"text","text":"{\"up\": true}"}]}""", null)]
    [InlineData("""{"up":true}""", """{"content":[{"type":"text","text":"up"}]}""", "answered without structured content: it said up")]
    [InlineData(null, """{"resultType":"input_required","inputRequests":{}}""", "asks for input, which a probe cannot give")]
    [InlineData(null, "[]", "answered with something that is no result")]
    public async Task The_result_of_the_call_is_held_to_what_is_expected(string? expect, string result, string? complaint)
    {
        await using var rig = await StartAsync(Calling("wait", expect), server => server.Answer = message => IsCall(message) ? $"\"result\":{result}" : null);

        var status = await rig.Manager.CheckHealthAsync("a", Cancelled);

        Assert.Equal(complaint is null ? (ServerHealth.Healthy, null) : (ServerHealth.Degraded, $"health.call: tool 'wait' {complaint}"), (status.Health, status.HealthReason));
    }

    [Fact(Timeout = 30_000)]
    public async Task The_call_goes_to_the_servers_own_tool_past_filters_and_limits_and_counts_as_no_clients()
    {
        var server = Calling("wait") with { Tools = new ToolFilter { Deny = ["wait"] } };
        await using var rig = await StartAsync(server, server => server.Answer = message => IsCall(message) ? "\"error\":{\"code\":-32603,\"message\":\"broken\"}" : null);
        var scripted = await rig.LaunchedAsync("a");

        for (var i = 0; i < 20; i++)
            await rig.Manager.CheckHealthAsync("a", Cancelled);

        var call = await scripted.NextAsync("tools/call");
        Assert.Equal(("wait", 1), ((string?)call["params"]!["name"], (int?)call["params"]!["arguments"]!["a"]));
        Assert.Equal("health.call: the call of tool 'wait' failed: broken", rig.Manager.GetStatus("a").HealthReason); // and nothing of a rate of errors
    }

    [Theory(Timeout = 30_000)]
    [InlineData("waitt", null, "health.call: the server has no tool 'waitt'; did you mean 'wait'?")]
    [InlineData("something_else", null, "health.call: the server has no tool 'something_else'; it has echo, wait")]
    [InlineData("wait", "\"error\":{\"code\":-32602,\"message\":\"a must be a text\"}", "health.call: the server refuses the call of tool 'wait' as it is defined: a must be a text")]
    public async Task A_call_that_is_defined_wrongly_says_so_and_restarts_nobody(string tool, string? answer, string reason)
    {
        await using var rig = await StartAsync(Calling(tool), server => server.Answer = message => IsCall(message) ? answer : null);
        for (var i = 0; i < 5; i++)
        {
            var status = await rig.Manager.CheckHealthAsync("a", Cancelled);
            Assert.Equal((ServerState.Running, ServerHealth.Degraded, reason, null), (status.State, status.Health, status.HealthReason, status.LastError));
        }
    }

    [Fact(Timeout = 30_000)]
    public async Task A_probe_goes_out_and_is_answered_though_256_calls_wait()
    {
        var config = new StewardConfig { Servers = [Calling("echo")], Gateway = new GatewayConfig { Limits = new GatewayLimits { CallsInFlight = 256 } } };
        await using var rig = await GatewayRig.StartAsync(config);
        var server = await rig.LaunchedAsync("a");
        using var client = await rig.OpenAsync();
        var calls = Enumerable.Range(0, 256).Select(_ => client.PostAsync(client.Message("tools/call", """{"name":"a__wait"}"""))).ToArray();
        var requests = new List<JsonNode>();
        while (requests.Count < 256)
            requests.Add(await server.NextAsync("tools/call"));

        Assert.Equal(ServerHealth.Healthy, (await rig.Manager.CheckHealthAsync("a", Cancelled)).Health);

        foreach (var request in requests)
            await server.AnswerAsync(request);
        foreach (var call in calls)
            (await call).Dispose();
    }

    [Fact(Timeout = 30_000)]
    public async Task A_server_that_comes_back_without_its_tools_is_degraded_until_they_are_back()
    {
        var launches = 0;
        await using var rig = await StartAsync(GatewayRig.Server("a"), server =>
        {
            if (++launches == 2)
                server.Tools.Clear();
        });
        await RestartAsync(rig);

        var status = rig.Manager.GetStatus("a");
        Assert.Equal((ServerHealth.Degraded, "it offers none of the 2 tools that it had before: missing are echo, wait"), (status.Health, status.HealthReason));
        for (var i = 0; i < 5; i++)
            Assert.Equal((ServerState.Running, ServerHealth.Degraded), await rig.Manager.CheckHealthAsync("a", Cancelled) is var found ? (found.State, found.Health) : default);

        await rig.LaunchedAsync("a");
        var server = await rig.LaunchedAsync("a");
        server.Tools.AddRange("echo", "wait");
        await server.SayAsync("""{"jsonrpc":"2.0","method":"notifications/tools/list_changed"}""");
        Assert.Null((await rig.Manager.WaitForStatusAsync("a", status => status.ToolCount == 2, Cancelled)).HealthReason);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_server_that_comes_back_with_fewer_tools_names_those_that_are_missing_where_anybody_could_see_them()
    {
        var launches = 0;
        await using var rig = await StartAsync(GatewayRig.Server("a") with { Tools = new ToolFilter { Deny = ["hidden"] } }, server =>
        {
            server.Tools.Add("hidden");
            if (++launches == 2)
                server.Tools.RemoveAll(tool => tool != "echo");
        });
        await RestartAsync(rig);
        Assert.Equal("it offers 1 of the 2 tools that it had before: missing is wait", rig.Manager.GetStatus("a").HealthReason);
    }

    [Fact(Timeout = 30_000)]
    public async Task That_a_server_takes_tools_away_and_says_so_is_meant_but_that_none_is_left_is_not()
    {
        await using var rig = await StartAsync(GatewayRig.Server("a"));
        var server = await rig.LaunchedAsync("a");
        server.Tools.Remove("wait");
        await server.SayAsync("""{"jsonrpc":"2.0","method":"notifications/tools/list_changed"}""");
        Assert.Null((await rig.Manager.WaitForStatusAsync("a", status => status.ToolCount == 1, Cancelled)).HealthReason);

        server.Tools.Clear();
        await server.SayAsync("""{"jsonrpc":"2.0","method":"notifications/tools/list_changed"}""");
        rig.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("it offers none of the 1 tools that it had before: missing is echo", (await rig.Manager.WaitForStatusAsync("a", status => status.ToolCount == 0, Cancelled)).HealthReason);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_server_without_tools_is_not_ill()
    {
        await using var rig = await StartAsync(GatewayRig.Server("a"), server => server.Capabilities = """{"prompts":{}}""");
        await RestartAsync(rig);
        Assert.Equal((ServerHealth.Healthy, null), await rig.Manager.CheckHealthAsync("a", Cancelled) is var status ? (status.Health, status.HealthReason) : default);
    }

    [Fact(Timeout = 30_000)]
    public async Task Internal_errors_count_against_a_server_and_neither_wrong_arguments_nor_results_that_are_errors_do()
    {
        var answers = new Queue<string>();
        await using var rig = await StartAsync(GatewayRig.Server("a"), server => server.Answer = message => IsCall(message) ? answers.Dequeue() : null);
        using var client = await rig.OpenAsync();
        for (var i = 0; i < 20; i++)
            answers.Enqueue(i % 2 == 0 ? "\"error\":{\"code\":-32602,\"message\":\"wrong\"}" : "\"result\":{\"content\":[],\"isError\":true}");
        while (answers.Count > 0)
            await client.CallToolAsync("a__wait");
        Assert.Equal(ServerHealth.Healthy, (await rig.Manager.CheckHealthAsync("a", Cancelled)).Health);

        for (var i = 0; i < 30; i++)
            answers.Enqueue("\"error\":{\"code\":-32603,\"message\":\"broken\"}");
        while (answers.Count > 0)
            await client.CallToolAsync("a__wait");
        var ill = await rig.Manager.CheckHealthAsync("a", Cancelled);
        Assert.Equal((ServerState.Running, ServerHealth.Degraded), (ill.State, ill.Health));
        Assert.Matches(@"^30 of 5\d calls within 5 minutes failed \(health.errorRate: 0.5\)$", ill.HealthReason);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_server_that_chatters_but_answers_nothing_is_found_out()
    {
        await using var rig = await StartAsync(GatewayRig.Server("a"), server => server.Keeps = "ping");
        var server = await rig.LaunchedAsync("a");
        var check = rig.Manager.CheckHealthAsync("a", Cancelled);
        await server.NextAsync("ping");
        rig.Time.Advance(TimeSpan.FromSeconds(1));
        await SayAndBeHeardAsync(rig, server);
        rig.Time.Advance(new HealthPolicy().Timeout);

        Assert.Equal((ServerHealth.Degraded, "no answer to a health probe within 5 s (health.timeoutMs)"), await check is var status ? (status.Health, status.HealthReason) : default);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_server_that_is_busy_with_a_call_may_answer_late_as_long_as_it_says_something()
    {
        await using var rig = await StartAsync(GatewayRig.Server("a"), server => server.Keeps = "ping");
        var server = await rig.LaunchedAsync("a");
        using var client = await rig.OpenAsync();
        var call = client.PostAsync(client.Message("tools/call", """{"name":"a__wait"}"""));
        var request = await server.NextAsync("tools/call");
        var check = rig.Manager.CheckHealthAsync("a", Cancelled);
        await server.NextAsync("ping");
        rig.Time.Advance(TimeSpan.FromSeconds(1));
        await SayAndBeHeardAsync(rig, server);
        rig.Time.Advance(new HealthPolicy().Timeout);

        Assert.Equal(ServerHealth.Healthy, (await check).Health);
        await server.AnswerAsync(request);
        (await call).Dispose();
    }

    private static async Task SayAndBeHeardAsync(GatewayRig rig, ScriptedServer server)
    {
        var before = rig.Manager.GetStatistics("a")!.MessagesReceived;
        await server.SayAsync("""{"jsonrpc":"2.0","method":"notifications/message","params":{"level":"info","data":"still here"}}""");
        while (rig.Manager.GetStatistics("a")!.MessagesReceived == before)
            await Task.Yield();
    }

    private static Task<ServerStatus> RestartAsync(GatewayRig rig) => rig.Manager.RestartServerAsync("a", Cancelled);

    private static bool IsCall(JsonNode message) => (string?)message["method"] == "tools/call";

    private static ServerConfig Calling(string tool, string? expect = null) => GatewayRig.Server("a") with
    {
        Health = new HealthPolicy
        {
            Interval = Timeout.InfiniteTimeSpan,
            FailureThreshold = 100,
            Call = new HealthCall
            {
                Tool = tool,
                Arguments = """{"a":1}""",
                ExpectedText = expect is ['"', ..] ? expect.Trim('"') : null,
                ExpectedMembers = expect is ['{', ..] ? expect : null,
            },
        },
    };

    private static Task<GatewayRig> StartAsync(ServerConfig server, Action<ScriptedServer>? script = null) => GatewayRig.StartAsync(new StewardConfig { Servers = [server] }, script);
}
