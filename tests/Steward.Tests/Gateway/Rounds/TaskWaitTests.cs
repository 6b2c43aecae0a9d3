using System.Text.Json.Nodes;
using Xunit;

namespace Steward.Tests.Gateway.Rounds;

public sealed class TaskWaitTests
{
    private const string NeedsTasks = """{"code":-32021,"message":"?","data":{"requiredCapabilities":{"extensions":{"io.modelcontextprotocol/tasks":{}}}}}""";
    private const string Asking = """{"resultType":"complete","taskId":"t1","status":"input_required","ttlMs":null,"pollIntervalMs":100,"inputRequests":{"k":{"method":"elicitation/create","params":{"message":"?"}}}}""";

    [Fact(Timeout = 30_000)]
    public async Task What_a_modern_server_does_as_a_task_only_answers_a_legacy_client_within_its_call()
    {
        await using var rig = await ModernAsync();
        var server = await rig.LaunchedAsync("task-a");
        using var client = await rig.OpenAsync("/servers/task-a/mcp", capabilities: """{"elicitation":{}}""");
        var call = client.PostAsync(client.Message("tools/call", """{"name":"wait","arguments":{"x":1}}"""));
        await BeginAsync(server);

        await server.AnswerAsync(await LookAsync(rig, server), Asking);
        using var stream = await SseReader.OpenAsync(await call);
        var question = await stream.MessageAsync();
        Assert.Equal("elicitation/create", (string?)question["method"]);
        await client.PostAsync($$$"""{"jsonrpc":"2.0","id":{{{question["id"]!.ToJsonString()}}},"result":{"action":"decline"}}""");
        var update = await server.NextAsync("tasks/update");
        Assert.Equal(("t1", "decline"), ((string?)update["params"]!["taskId"], (string?)update["params"]!["inputResponses"]!["k"]!["action"]));
        await server.AnswerAsync(update, """{"resultType":"complete"}""");

        await server.AnswerAsync(await server.NextAsync("tasks/get"), Asking); // it has not seen to the answer yet
        await server.AnswerAsync(await LookAsync(rig, server), """{"resultType":"complete","taskId":"t1","status":"completed","ttlMs":null,"result":{"content":[],"x":1.0}}""");

        Assert.Equal("1.0", (await stream.MessageAsync())["result"]!["x"]!.ToJsonString());
    }

    [Fact(Timeout = 30_000)]
    public async Task The_error_of_such_a_task_is_that_of_the_call()
    {
        await using var rig = await ModernAsync();
        var server = await rig.LaunchedAsync("task-a");
        using var client = await rig.OpenAsync("/servers/task-a/mcp");
        var call = client.CallToolAsync("wait");
        await BeginAsync(server);

        await server.AnswerAsync(await LookAsync(rig, server), """{"resultType":"complete","taskId":"t1","status":"failed","ttlMs":null,"error":{"code":-32603,"message":"no luck"}}""");

        Assert.Equal("no luck", (string?)(await call)["error"]!["message"]);
    }

    [Fact(Timeout = 30_000)]
    public async Task Such_a_call_that_is_given_up_cancels_its_task()
    {
        await using var rig = await ModernAsync();
        var server = await rig.LaunchedAsync("task-a");
        using var client = await rig.OpenAsync("/servers/task-a/mcp");
        var call = client.PostAsync("""{"jsonrpc":"2.0","id":"mine","method":"tools/call","params":{"name":"wait"}}""");
        await BeginAsync(server);
        var look = await LookAsync(rig, server);

        await client.PostAsync("""{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":"mine"}}""");

        Assert.Equal("t1", (string?)(await server.NextAsync("tasks/cancel"))["params"]!["taskId"]);
        await server.AnswerAsync(look, Asking);
        (await call).Dispose();
    }

    private static Task<GatewayRig> ModernAsync() => GatewayRig.StartAsync(static server => server.IsModern = true, "task-a");

    private static async Task BeginAsync(ScriptedServer server)
    {
        var first = await server.NextAsync("tools/call");
        Assert.Null(Capabilities(first)["extensions"]);
        await server.SayAsync($$"""{"jsonrpc":"2.0","id":{{first["id"]!.ToJsonString()}},"error":{{NeedsTasks}}}""");
        var second = await server.NextAsync("tools/call");
        Assert.NotNull(Capabilities(second)["extensions"]!["io.modelcontextprotocol/tasks"]);
        Assert.Equal("wait", (string?)second["params"]!["name"]);
        await server.AnswerAsync(second, """{"resultType":"task","taskId":"t1","status":"working","ttlMs":null,"pollIntervalMs":100}""");
    }

    private static JsonNode Capabilities(JsonNode request) => request["params"]!["_meta"]!["io.modelcontextprotocol/clientCapabilities"]!;

    /// <summary>Lets time pass until the task is looked at.</summary>
    private static async Task<JsonNode> LookAsync(GatewayRig rig, ScriptedServer server)
    {
        using var other = rig.Modern("/servers/task-a/mcp");
        await other.CallToolAsync("echo"); // what the server said before has been heard by then, and the next look is set
        rig.Time.Advance(TimeSpan.FromMilliseconds(100));
        return await server.NextAsync("tasks/get");
    }
}
