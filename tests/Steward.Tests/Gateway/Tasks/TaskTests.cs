using Steward.Supervision;
using Xunit;

namespace Steward.Tests.Gateway.Tasks;

public sealed class TaskTests
{
    private const string WithTasks = """{"extensions":{"io.modelcontextprotocol/tasks":{}}}""";

    [Fact(Timeout = 30_000)]
    public async Task Equal_task_ids_of_two_servers_stay_apart_on_the_merged_endpoint()
    {
        await using var rig = await GatewayRig.StartAsync("task-a", "task-b");
        var (a, b) = (await rig.LaunchedAsync("task-a"), await rig.LaunchedAsync("task-b"));
        using var client = await rig.OpenAsync();

        Assert.Equal("task-a:t1", await BeginAsync(client, a, "task-a__wait"));
        Assert.Equal("task-b:t1", await BeginAsync(client, b, "task-b__wait"));
        var get = client.CallAsync("tasks/get", """{"taskId":"task-b:t1"}""");
        var asked = await b.NextAsync("tasks/get");
        Assert.Equal("t1", (string?)asked["params"]!["taskId"]);
        await b.AnswerAsync(asked, """{"taskId":"t1","status":"completed","ttl":null}""");
        Assert.Equal("task-b:t1", (string?)(await get)["result"]!["taskId"]);
        var result = client.CallAsync("tasks/result", """{"taskId":"task-b:t1"}""");
        await b.AnswerAsync(await b.NextAsync("tasks/result"), """{"content":[],"_meta":{"io.modelcontextprotocol/related-task":{"taskId":"t1"}}}""");
        Assert.Equal("task-b:t1", (string?)(await result)["result"]!["_meta"]!["io.modelcontextprotocol/related-task"]!["taskId"]);
        Assert.False(a.HasHeard("tasks/get"));
    }

    [Theory(Timeout = 30_000)]
    [InlineData("t1")]
    [InlineData("nobody:t1")]
    [InlineData("")]
    public async Task A_task_of_no_server_is_not_found(string id)
    {
        await using var rig = await GatewayRig.StartAsync("task-a");
        using var client = await rig.OpenAsync();

        Assert.Equal(-32602, (int?)(await client.CallAsync("tasks/get", $$"""{"taskId":"{{id}}"}"""))["error"]!["code"]);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_client_is_shown_the_tasks_that_it_began_and_no_others()
    {
        await using var rig = await GatewayRig.StartAsync("task-a", "plain");
        var server = await rig.LaunchedAsync("task-a");
        using var one = await rig.OpenAsync();
        using var two = await rig.OpenAsync("/servers/task-a/mcp");
        await BeginAsync(one, server, "task-a__wait", "t1");
        await BeginAsync(two, server, "wait", "t2");

        Assert.Equal(["task-a:t1"], await ListAsync(one, server));
        Assert.Equal(["t2"], await ListAsync(two, server));
    }

    [Fact(Timeout = 30_000)]
    public async Task A_task_belongs_to_who_began_it_though_an_earlier_run_had_one_of_its_id()
    {
        await using var rig = await GatewayRig.StartAsync("task-a");
        var server = await rig.LaunchedAsync("task-a");
        using var former = await rig.OpenAsync();
        using var owner = await rig.OpenAsync();
        await BeginAsync(former, server, "task-a__wait");
        server.Crash();
        await rig.Manager.WaitForStatusAsync("task-a", static status => status.State == ServerState.Restarting, TestContext.Current.CancellationToken);
        rig.Time.Advance(TimeSpan.FromSeconds(5));
        await rig.Manager.WaitForStatusAsync("task-a", static status => status.State == ServerState.Running, TestContext.Current.CancellationToken);
        server = await rig.LaunchedAsync("task-a");
        await BeginAsync(owner, server, "task-a__wait");

        Assert.Equal(["task-a:t1"], await ListAsync(owner, server));
        Assert.Empty(await ListAsync(former, server));
        using var news = await owner.ListenAsync();
        await server.SayAsync("""{"jsonrpc":"2.0","method":"notifications/tasks/status","params":{"taskId":"t1","status":"working"}}""");
        Assert.Equal("notifications/tasks/status", (string?)(await news.MessageAsync())["method"]);
    }

    [Fact(Timeout = 30_000)]
    public async Task What_a_task_reports_and_asks_goes_to_the_client_that_began_it()
    {
        await using var rig = await GatewayRig.StartAsync("task-a");
        var server = await rig.LaunchedAsync("task-a");
        using var owner = await rig.OpenAsync(capabilities: """{"elicitation":{}}""");
        using var other = await rig.OpenAsync(capabilities: """{"elicitation":{}}""");
        await BeginAsync(owner, server, "task-a__wait", meta: ""","_meta":{"progressToken":"mine"}""");
        using var news = await owner.ListenAsync();
        var busy = other.PostAsync(other.Message("tools/call", """{"name":"task-a__wait"}"""));
        var request = await server.NextAsync("tools/call");

        await server.SayAsync("""{"jsonrpc":"2.0","method":"notifications/tasks/status","params":{"taskId":"t1","status":"working"}}""");
        Assert.Equal("task-a:t1", (string?)(await news.MessageAsync())["params"]!["taskId"]);
        await server.SayAsync("""{"jsonrpc":"2.0","id":7,"method":"elicitation/create","params":{"message":"?","_meta":{"io.modelcontextprotocol/related-task":{"taskId":"t1"}}}}""");
        var question = await news.MessageAsync();
        Assert.Equal("task-a:t1", (string?)question["params"]!["_meta"]!["io.modelcontextprotocol/related-task"]!["taskId"]);
        const string Accepted = """{"action":"accept","_meta":{"io.modelcontextprotocol/related-task":{"taskId":"task-a:t1"}}}""";
        await owner.PostAsync($$$"""{"jsonrpc":"2.0","id":{{{question["id"]!.ToJsonString()}}},"result":{{{Accepted}}}}""");
        var answer = await server.NextAsync("answer");
        Assert.Equal((7, "t1"), ((int?)answer["id"], (string?)answer["result"]!["_meta"]!["io.modelcontextprotocol/related-task"]!["taskId"]));
        await server.AnswerAsync(request);
        Assert.NotNull((await RigClient.JsonAsync(await busy))["result"]);
    }

    [Fact(Timeout = 30_000)]
    public async Task Progress_of_a_task_goes_on_after_its_call_was_answered()
    {
        await using var rig = await GatewayRig.StartAsync("task-a");
        var server = await rig.LaunchedAsync("task-a");
        using var client = await rig.OpenAsync();
        using var news = await client.ListenAsync();
        var call = client.PostAsync(client.Message("tools/call", """{"name":"task-a__wait","task":{},"_meta":{"progressToken":"mine"}}"""));
        var request = await server.NextAsync("tools/call");
        await server.AnswerAsync(request, """{"task":{"taskId":"t1","status":"working"}}""");
        await call;

        await server.ProgressAsync(request, 50);

        Assert.Equal("mine", (string?)(await news.MessageAsync())["params"]!["progressToken"]);
    }

    [Fact(Timeout = 30_000)]
    public async Task Tasks_are_declared_where_a_server_has_them()
    {
        await using var with = await GatewayRig.StartAsync("task-a", "plain");
        await using var without = await GatewayRig.StartAsync("plain");
        using var one = new RigClient(new Uri(with.Url, "/mcp"));
        using var two = new RigClient(new Uri(without.Url, "/mcp"));

        Assert.NotNull((await one.InitializeAsync())["result"]!["capabilities"]!["tasks"]!["requests"]!["tools"]!["call"]);
        Assert.Null((await two.InitializeAsync())["result"]!["capabilities"]!["tasks"]);
    }

    [Fact(Timeout = 30_000)]
    public async Task Tasks_of_the_modern_era_stay_apart_on_the_merged_endpoint()
    {
        await using var rig = await GatewayRig.StartAsync(static server => server.IsModern = true, "task-a", "task-b");
        var (a, b) = (await rig.LaunchedAsync("task-a"), await rig.LaunchedAsync("task-b"));
        using var client = rig.Modern(capabilities: WithTasks);

        Assert.NotNull((await client.CallAsync("server/discover"))["result"]!["capabilities"]!["extensions"]!["io.modelcontextprotocol/tasks"]);
        Assert.Equal("task-a:t1", await BeginModernAsync(client, a, "task-a__wait"));
        Assert.Equal("task-b:t1", await BeginModernAsync(client, b, "task-b__wait"));
        foreach (var method in (string[])["tasks/get", "tasks/cancel"])
        {
            var call = client.CallAsync(method, "\"taskId\":\"task-b:t1\"");
            var asked = await b.NextAsync(method);
            Assert.Equal("t1", (string?)asked["params"]!["taskId"]);
            await b.AnswerAsync(asked, """{"resultType":"complete","taskId":"t1","status":"cancelled","ttlMs":null}""");
            Assert.Equal("task-b:t1", (string?)(await call)["result"]!["taskId"]);
        }

        var update = client.CallAsync("tasks/update", "\"taskId\":\"task-a:t1\",\"inputResponses\":{\"k\":{}}");
        var updated = await a.NextAsync("tasks/update");
        Assert.Equal("t1", (string?)updated["params"]!["taskId"]);
        await a.AnswerAsync(updated, """{"resultType":"complete"}""");
        Assert.Equal("complete", (string?)(await update)["result"]!["resultType"]);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_legacy_client_has_no_tasks_at_a_modern_server()
    {
        await using var modern = await GatewayRig.StartAsync(static server => server.IsModern = true, "task-a");
        using var legacyClient = new RigClient(new Uri(modern.Url, "/servers/task-a/mcp"));

        Assert.Null((await legacyClient.InitializeAsync())["result"]!["capabilities"]!["tasks"]);
        Assert.Equal(-32601, (int?)(await legacyClient.CallAsync("tasks/get", """{"taskId":"t1"}"""))["error"]!["code"]);
    }

    private static async Task<string?> BeginModernAsync(ModernRigClient client, ScriptedServer server, string tool)
    {
        var call = client.CallToolAsync(tool);
        await server.AnswerAsync(await server.NextAsync("tools/call"), """{"resultType":"task","taskId":"t1","status":"working"}""");
        return (string?)(await call)["result"]!["taskId"];
    }

    private static async Task<string?> BeginAsync(RigClient client, ScriptedServer server, string tool, string id = "t1", string meta = "")
    {
        var call = client.CallAsync("tools/call", $$$"""{"name":"{{{tool}}}","task":{"ttl":60000}{{{meta}}}}""");
        await server.AnswerAsync(await server.NextAsync("tools/call"), $$$"""{"task":{"taskId":"{{{id}}}","status":"working"}}""");
        return (string?)(await call)["result"]!["task"]!["taskId"];
    }

    private static async Task<IEnumerable<string?>> ListAsync(RigClient client, ScriptedServer server)
    {
        var list = client.CallAsync("tasks/list");
        await server.AnswerAsync(await server.NextAsync("tasks/list"), """{"tasks":[{"taskId":"t1","status":"working"}],"nextCursor":"more"}""");
        var next = await server.NextAsync("tasks/list");
        Assert.Equal("more", (string?)next["params"]!["cursor"]);
        await server.AnswerAsync(next, """{"tasks":[{"taskId":"t2","status":"working","x":1.0}]}""");
        return (await list)["result"]!["tasks"]!.AsArray().Select(task => (string?)task!["taskId"]);
    }
}
