using System.Text.Json.Nodes;
using Steward.Configuration;
using Xunit;

namespace Steward.Tests.Gateway.Tasks;

public sealed class BridgedTaskTests
{
    private const string WithTasks = """{"elicitation":{},"extensions":{"io.modelcontextprotocol/tasks":{}}}""";
    private const string Question = """
        {"jsonrpc":"2.0","id":"q","method":"elicitation/create","params":{"message":"?","requestedSchema":{"type":"object"},"_meta":{"io.modelcontextprotocol/related-task":{"taskId":"t1"}}}}
        """;

    [Fact(Timeout = 30_000)]
    public async Task A_tool_that_is_called_as_a_task_gives_a_modern_client_a_task()
    {
        await using var rig = await StartAsync();
        var server = await rig.LaunchedAsync("task-a");
        using var client = rig.Modern(capabilities: WithTasks);
        Assert.NotNull((await client.CallAsync("server/discover"))["result"]!["capabilities"]!["extensions"]!["io.modelcontextprotocol/tasks"]);

        var call = client.CallAsync("tools/call", "\"name\":\"task-a__long\",\"task\":{\"mine\":1}");
        var asked = await server.NextAsync("tools/call");
        Assert.Equal("""{"ttl":86400000}""", asked["params"]!["task"]!.ToJsonString());
        await server.AnswerAsync(asked, """{"task":{"taskId":"t1","status":"working","createdAt":"2026-01-01T00:00:00Z","lastUpdatedAt":"2026-01-01T00:00:01Z","ttl":60000,"pollInterval":500}}""");
        var created = (await call)["result"]!;
        Assert.Equal(("task", "task-a:t1", "working", 60_000, 500), ((string?)created["resultType"], (string?)created["taskId"], (string?)created["status"], (int?)created["ttlMs"], (int?)created["pollIntervalMs"]));
        Assert.Null(created["ttl"]);
        var wanted = await server.NextAsync("tasks/result");
        Assert.Equal("t1", (string?)wanted["params"]!["taskId"]);

        var working = await GetAsync(client, server, """{"taskId":"t1","status":"working","statusMessage":"half","createdAt":"2026-01-01T00:00:00Z","lastUpdatedAt":"2026-01-01T00:00:02Z","ttl":null}""");
        Assert.Equal(("complete", "task-a:t1", "working", "half", 86_400_000), ((string?)working["resultType"], (string?)working["taskId"], (string?)working["status"], (string?)working["statusMessage"], (int?)working["ttlMs"]));

        var get = client.CallAsync("tasks/get", "\"taskId\":\"task-a:t1\"");
        await server.AnswerAsync(await server.NextAsync("tasks/get"), """{"taskId":"t1","status":"completed","ttl":null}""");
        await server.AnswerAsync(wanted, """{"content":[],"isError":true,"_meta":{"io.modelcontextprotocol/related-task":{"taskId":"t1"}}}""");
        var done = (await get)["result"]!;
        Assert.Equal(("completed", """{"content":[],"isError":true}"""), ((string?)done["status"], done["result"]!.ToJsonString()));
        Assert.Equal("completed", (string?)(await client.CallAsync("tasks/get", "\"taskId\":\"task-a:t1\""))["result"]!["status"]);
        Assert.False(server.HasHeard("tasks/get"));
    }

    [Fact(Timeout = 30_000)]
    public async Task What_a_task_needs_is_asked_and_answered_by_the_task()
    {
        await using var rig = await StartAsync();
        var server = await rig.LaunchedAsync("task-a");
        using var client = rig.Modern("/servers/task-a/mcp", WithTasks);
        await BeginAsync(client, server, "long");

        foreach (var key in (string[])["input-1", "input-2"])
        {
            await server.SayAsync(Question);
            var asked = await GetAsync(client, server, """{"taskId":"t1","status":"input_required","ttl":null}""", "t1");
            Assert.Equal("input_required", (string?)asked["status"]);
            var request = Assert.Single(asked["inputRequests"]!.AsObject());
            Assert.Equal((key, "elicitation/create", "?"), (request.Key, (string?)request.Value!["method"], (string?)request.Value["params"]!["message"]));

            var update = client.CallAsync("tasks/update", $$$"""
                "taskId":"t1","inputResponses":{"{{{key}}}":{"action":"accept","content":{"a":1}},"input-0":{}}
                """);
            var answer = await server.NextAsync("answer");
            Assert.Equal(("q", "accept", "t1"), ((string?)answer["id"], (string?)answer["result"]!["action"], (string?)answer["result"]!["_meta"]!["io.modelcontextprotocol/related-task"]!["taskId"]));
            Assert.Equal("complete", (string?)(await update)["result"]!["resultType"]);
        }

        Assert.Equal("working", (string?)(await GetAsync(client, server, """{"taskId":"t1","status":"input_required","ttl":null}""", "t1"))["status"]);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_task_of_a_client_that_cannot_be_asked_is_refused_what_it_asks()
    {
        await using var rig = await StartAsync();
        var server = await rig.LaunchedAsync("task-a");
        using var client = rig.Modern(capabilities: """{"extensions":{"io.modelcontextprotocol/tasks":{}}}""");
        await BeginAsync(client, server);

        await server.SayAsync(Question);

        Assert.Equal(("q", -32601), ((string?)(await server.NextAsync("answer") is var answer ? answer["id"] : null), (int?)answer["error"]!["code"]));
    }

    [Fact(Timeout = 30_000)]
    public async Task An_error_of_the_protocol_fails_the_task()
    {
        await using var rig = await StartAsync();
        var server = await rig.LaunchedAsync("task-a");
        using var client = rig.Modern(capabilities: WithTasks);
        var result = await BeginAsync(client, server);

        await server.SayAsync($$$"""{"jsonrpc":"2.0","id":{{{result["id"]}}},"error":{"code":-32603,"message":"no luck","data":[1]}}""");
        await server.AnswerAsync(await server.NextAsync("tasks/get"), """{"taskId":"t1","status":"failed","statusMessage":"sorry","ttl":null}""");

        var failed = await PollAsync(client, "failed");
        Assert.Equal(("""{"code":-32603,"message":"no luck","data":[1]}""", "sorry"), (failed["error"]!.ToJsonString(), (string?)failed["statusMessage"]));
    }

    [Fact(Timeout = 30_000)]
    public async Task A_task_is_cancelled_at_its_server()
    {
        await using var rig = await StartAsync();
        var server = await rig.LaunchedAsync("task-a");
        using var client = rig.Modern(capabilities: WithTasks);
        var result = await BeginAsync(client, server);

        var cancel = client.CallAsync("tasks/cancel", "\"taskId\":\"task-a:t1\"");
        await server.AnswerAsync(await server.NextAsync("tasks/cancel"), """{"taskId":"t1","status":"cancelled","ttl":null}""");
        Assert.Equal("complete", (string?)(await cancel)["result"]!["resultType"]);
        await server.SayAsync($$$"""{"jsonrpc":"2.0","id":{{{result["id"]}}},"error":{"code":-32603,"message":"it has no result"}}""");
        await server.AnswerAsync(await server.NextAsync("tasks/get"), """{"taskId":"t1","status":"cancelled","ttl":null}""");

        var cancelled = (await client.CallAsync("tasks/get", "\"taskId\":\"task-a:t1\""))["result"]!;
        Assert.Equal(("cancelled", null), ((string?)cancelled["status"], cancelled["error"]));
    }

    [Fact(Timeout = 30_000)]
    public async Task A_subscription_hears_of_it_without_asking()
    {
        await using var rig = await StartAsync();
        var server = await rig.LaunchedAsync("task-a");
        using var client = rig.Modern(capabilities: WithTasks);
        var result = await BeginAsync(client, server);

        using var stream = await client.StreamAsync("subscriptions/listen", "\"notifications\":{\"taskIds\":[\"task-a:t1\",\"task-a:t2\"]}");
        Assert.Equal("""{"taskIds":["task-a:t1"]}""", (await stream.MessageAsync())["params"]!["notifications"]!.ToJsonString());
        await server.SayAsync("""{"jsonrpc":"2.0","method":"notifications/tasks/status","params":{"taskId":"t1","status":"working","statusMessage":"half","ttl":null}}""");
        await server.SayAsync(Question);
        await server.AnswerAsync(result, """{"content":[]}""");

        var half = await stream.MessageAsync();
        Assert.Equal(("notifications/tasks", "task-a:t1", "half"), ((string?)half["method"], (string?)half["params"]!["taskId"], (string?)half["params"]!["statusMessage"]));
        Assert.NotNull(half["params"]!["_meta"]!["io.modelcontextprotocol/subscriptionId"]);
        Assert.NotNull((await stream.MessageAsync())["params"]!["inputRequests"]!["input-1"]);
        Assert.NotNull((await stream.MessageAsync())["params"]!["result"]);
        using var late = await client.StreamAsync("subscriptions/listen", "\"notifications\":{\"taskIds\":[\"task-a:t1\"]}");
        await late.MessageAsync();
        Assert.Equal("completed", (string?)(await late.MessageAsync())["params"]!["status"]);
    }

    [Fact(Timeout = 30_000)]
    public async Task Nobody_touches_or_hears_of_the_task_of_another()
    {
        await using var rig = await GatewayRig.StartAsync(
            new StewardConfig { Servers = [GatewayRig.Server("task-a")], Gateway = new GatewayConfig { BearerTokens = ["token-of-ann", "token-of-bob"] } }, Script);
        var server = await rig.LaunchedAsync("task-a");
        using var ann = rig.Modern(capabilities: WithTasks, token: "token-of-ann");
        using var bob = rig.Modern(capabilities: WithTasks, token: "token-of-bob");
        await BeginAsync(ann, server);

        foreach (var method in (string[])["tasks/get", "tasks/update", "tasks/cancel"])
            Assert.Equal(-32602, (int?)(await bob.CallAsync(method, "\"taskId\":\"task-a:t1\",\"inputResponses\":{}"))["error"]!["code"]);
        using var stream = await bob.StreamAsync("subscriptions/listen", "\"notifications\":{\"taskIds\":[\"task-a:t1\"]}");
        Assert.Equal("{}", (await stream.MessageAsync())["params"]!["notifications"]!.ToJsonString());
        using var session = await rig.OpenAsync("/servers/task-a/mcp", token: "token-of-bob");
        Assert.Equal(-32602, (int?)(await session.CallAsync("tasks/get", """{"taskId":"t1"}"""))["error"]!["code"]);
        Assert.False(server.HasHeard("tasks/get"));
    }

    [Fact(Timeout = 30_000)]
    public async Task A_task_whose_time_is_over_is_cancelled_and_forgotten()
    {
        await using var rig = await StartAsync();
        var server = await rig.LaunchedAsync("task-a");
        using var client = rig.Modern(capabilities: WithTasks);
        await BeginAsync(client, server);

        rig.Time.Advance(TimeSpan.FromSeconds(65));

        Assert.Equal("t1", (string?)(await server.NextAsync("tasks/cancel"))["params"]!["taskId"]);
        Assert.Equal(-32602, (int?)(await client.CallAsync("tasks/get", "\"taskId\":\"task-a:t1\""))["error"]!["code"]);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_task_fails_with_its_server()
    {
        await using var rig = await StartAsync();
        var server = await rig.LaunchedAsync("task-a");
        using var client = rig.Modern(capabilities: WithTasks);
        await BeginAsync(client, server);

        using var stream = await client.StreamAsync("subscriptions/listen", "\"notifications\":{\"taskIds\":[\"task-a:t1\"]}");
        await stream.MessageAsync();

        server.Crash();

        var failed = (await stream.MessageAsync())["params"]!;
        Assert.Equal(("failed", -32000), ((string?)failed["status"], (int?)failed["error"]!["code"]));
    }

    [Fact(Timeout = 30_000)]
    public async Task Who_knows_no_tasks_gets_the_result_of_the_task_in_his_call()
    {
        await using var rig = await StartAsync();
        var server = await rig.LaunchedAsync("task-a");
        using var client = rig.Modern();

        var call = client.CallToolAsync("task-a__long");
        var asked = await server.NextAsync("tools/call");
        Assert.NotNull(asked["params"]!["task"]);
        await server.AnswerAsync(asked, """{"task":{"taskId":"t1","status":"working","ttl":null}}""");
        await server.AnswerAsync(await server.NextAsync("tasks/result"), """{"content":[],"x":1.0,"_meta":{"io.modelcontextprotocol/related-task":{"taskId":"t1"}}}""");

        var result = (await call)["result"]!;
        Assert.Equal(("complete", "1.0", null), ((string?)result["resultType"], result["x"]!.ToJsonString(), result["_meta"]?["io.modelcontextprotocol/related-task"]));
        var plain = client.CallToolAsync("task-a__either");
        Assert.Null((await server.NextAsync("tools/call"))["params"]!["task"]);
        Assert.NotNull((await plain)["result"]);
    }

    [Fact(Timeout = 30_000)]
    public async Task Such_a_call_is_parked_when_its_task_asks_and_its_progress_passes()
    {
        await using var rig = await StartAsync();
        var server = await rig.LaunchedAsync("task-a");
        using var client = rig.Modern(capabilities: """{"elicitation":{}}""");

        using var call = await StreamOfAsync(client, server, out var pending);
        var result = await pending;
        Assert.Equal("mine", (string?)(await call.MessageAsync())["params"]!["progressToken"]);
        await server.SayAsync(Question);
        var parked = (await call.MessageAsync())["result"]!;
        Assert.Equal("input_required", (string?)parked["resultType"]);
        var retry = client.CallAsync("tools/call", $$$"""
            "name":"task-a__long","inputResponses":{"q":{"action":"decline"}},"requestState":{{{parked["requestState"]!.ToJsonString()}}}
            """);
        Assert.Equal("decline", (string?)(await server.NextAsync("answer"))["result"]!["action"]);
        await server.AnswerAsync(result, """{"content":[]}""");
        Assert.Equal("complete", (string?)(await retry)["result"]!["resultType"]);
    }

    [Fact(Timeout = 30_000)]
    public async Task Such_a_call_that_is_given_up_cancels_its_task()
    {
        await using var rig = await StartAsync();
        var server = await rig.LaunchedAsync("task-a");
        using var client = rig.Modern();
        using var stop = new CancellationTokenSource();

        var call = client.PostAsync(client.Message("tools/call", "\"name\":\"task-a__long\""), cancelled: stop.Token);
        await server.AnswerAsync(await server.NextAsync("tools/call"), """{"task":{"taskId":"t1","status":"working","ttl":null}}""");
        await server.NextAsync("tasks/result");
        await stop.CancelAsync();

        Assert.Equal("t1", (string?)(await server.NextAsync("tasks/cancel"))["params"]!["taskId"]);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
    }

    [Fact(Timeout = 30_000)]
    public async Task Where_each_call_has_a_process_its_task_keeps_it()
    {
        await using var rig = await GatewayRig.StartAsync(new StewardConfig { Servers = [GatewayRig.Server("task-a", ServerIsolation.Session)] }, Script);
        await rig.LaunchedAsync("task-a");
        using var client = rig.Modern(capabilities: WithTasks);

        var call = client.CallToolAsync("task-a__long");
        var own = await rig.LaunchedAsync("task-a");
        await own.AnswerAsync(await own.NextAsync("tools/call"), """{"task":{"taskId":"t1","status":"working","ttl":null}}""");
        await call;
        var result = await own.NextAsync("tasks/result");
        var echo = client.CallToolAsync("task-a__echo");
        var other = await rig.LaunchedAsync("task-a");
        await other.NextAsync("tools/call");
        await echo;
        await own.AnswerAsync(result);

        Assert.NotNull((await PollAsync(client, "completed"))["result"]);
    }

    private static Task<GatewayRig> StartAsync() => GatewayRig.StartAsync(Script, "task-a");

    private static void Script(ScriptedServer server)
    {
        server.Definitions["long"] = """{"name":"long","inputSchema":{"type":"object"},"execution":{"taskSupport":"required"}}""";
        server.Definitions["either"] = """{"name":"either","inputSchema":{"type":"object"},"execution":{"taskSupport":"optional"}}""";
    }

    /// <returns>The request for the result, which the server owes an answer.</returns>
    private static async Task<JsonNode> BeginAsync(ModernRigClient client, ScriptedServer server, string tool = "task-a__long")
    {
        var call = client.CallToolAsync(tool);
        await server.AnswerAsync(await server.NextAsync("tools/call"), """{"task":{"taskId":"t1","status":"working","ttl":60000}}""");
        await call;
        return await server.NextAsync("tasks/result");
    }

    private static async Task<JsonNode> GetAsync(ModernRigClient client, ScriptedServer server, string state, string id = "task-a:t1")
    {
        var get = client.CallAsync("tasks/get", $"\"taskId\":\"{id}\"");
        await server.AnswerAsync(await server.NextAsync("tasks/get"), state);
        return (await get)["result"]!;
    }

    /// <summary>Asks until a task that is about to end has ended.</summary>
    private static async Task<JsonNode> PollAsync(ModernRigClient client, string status)
    {
        while (true)
        {
            var task = (await client.CallAsync("tasks/get", "\"taskId\":\"task-a:t1\""))["result"];
            if ((string?)task?["status"] == status)
                return task!;
        }
    }

    private static async Task<SseReader> StreamOfAsync(ModernRigClient client, ScriptedServer server, TaskCompletionSource<JsonNode> pending)
    {
        var call = client.StreamAsync("tools/call", "\"name\":\"task-a__long\"", "\"progressToken\":\"mine\"");
        var asked = await server.NextAsync("tools/call");
        await server.AnswerAsync(asked, """{"task":{"taskId":"t1","status":"working","ttl":null}}""");
        pending.SetResult(await server.NextAsync("tasks/result"));
        await server.ProgressAsync(asked, 50);
        return await call;
    }

    private static Task<SseReader> StreamOfAsync(ModernRigClient client, ScriptedServer server, out Task<JsonNode> pending)
    {
        var source = new TaskCompletionSource<JsonNode>();
        pending = source.Task;
        return StreamOfAsync(client, server, source);
    }
}
