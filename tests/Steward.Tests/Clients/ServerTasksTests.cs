using System.Text.Json.Nodes;
using System.Threading.Channels;
using ModelContextProtocol.Protocol;
using Steward.Clients;
using Steward.Configuration;
using Steward.Tests.Gateway;
using Xunit;

namespace Steward.Tests.Clients;

public sealed class ServerTasksTests
{
    private const string Id = "task-a";
    private const string Form = """{"message":"sure?","requestedSchema":{"type":"object","properties":{}}}""";
    private const string Working = """{"resultType":"task","taskId":"t1","status":"working","ttlMs":null,"pollIntervalMs":100}""";

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact(Timeout = 10_000)]
    public async Task A_tool_that_a_legacy_server_does_as_a_task_only_gives_its_result_and_asks_about_its_own_call()
    {
        var asked = Channel.CreateUnbounded<HandlerContext<ElicitRequestParams>>();
        await using var rig = await LegacyAsync(new() { Elicitation = Accept(asked) });
        var server = await rig.LaunchedAsync(Id);
        var call = rig.Manager.CallToolAsync(Id, "slow", cancellationToken: Cancelled);
        await BeginLegacyAsync(server);
        var result = await server.NextAsync("tasks/result");
        var other = rig.Manager.CallToolAsync(Id, "wait", cancellationToken: Cancelled);
        var otherRequest = await server.NextAsync("tools/call");

        await server.SayAsync("""{"jsonrpc":"2.0","id":"q","method":"elicitation/create","params":{"message":"sure?","requestedSchema":{"type":"object","properties":{}},"_meta":{"io.modelcontextprotocol/related-task":{"taskId":"t1"}}}}""");
        var context = await asked.Reader.ReadAsync(Cancelled);
        Assert.Equal((Id, "slow"), (context.ServerId, context.Call?.Target));
        var answer = await server.NextAsync("answer");
        Assert.Equal(("accept", "t1"), ((string?)answer["result"]!["action"], (string?)answer["result"]!["_meta"]!["io.modelcontextprotocol/related-task"]!["taskId"]));

        await server.AnswerAsync(result, """{"content":[{"type":"text","text":"done"}],"_meta":{"io.modelcontextprotocol/related-task":{"taskId":"t1"}}}""");
        Assert.Equal("done", Assert.IsType<TextContentBlock>(Assert.Single((await call).Content)).Text);
        await server.AnswerAsync(otherRequest);
        await other;
    }

    [Fact(Timeout = 10_000)]
    public async Task Giving_such_a_call_up_cancels_its_task()
    {
        await using var rig = await LegacyAsync(new());
        var server = await rig.LaunchedAsync(Id);
        using var giveUp = new CancellationTokenSource();
        var call = rig.Manager.CallToolAsync(Id, "slow", cancellationToken: giveUp.Token);
        await BeginLegacyAsync(server);
        await server.NextAsync("tasks/result");

        await giveUp.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        Assert.Equal("t1", (string?)(await server.NextAsync("tasks/cancel"))["params"]!["taskId"]);
    }

    [Fact(Timeout = 10_000)]
    public async Task A_legacy_task_that_fails_or_takes_too_long_is_an_error_that_says_which()
    {
        await using var rig = await LegacyAsync(new(), new() { Timeout = TimeSpan.FromMinutes(1) });
        var server = await rig.LaunchedAsync(Id);
        var failing = rig.Manager.CallToolAsync(Id, "slow", cancellationToken: Cancelled);
        await BeginLegacyAsync(server);
        var result = await server.NextAsync("tasks/result");
        await server.SayAsync($$$"""{"jsonrpc":"2.0","id":{{{result["id"]!.ToJsonString()}}},"error":{"code":-32603,"message":"no luck"}}""");
        var failed = await Assert.ThrowsAsync<McpTaskException>(() => failing);
        Assert.Equal((McpTaskFailure.TaskFailed, "no luck"), (failed.Kind, failed.Message));

        var slow = rig.Manager.CallToolAsync(Id, "slow", cancellationToken: Cancelled);
        await BeginLegacyAsync(server);
        await server.NextAsync("tasks/result");
        rig.Time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(McpTaskFailure.Timeout, (await Assert.ThrowsAsync<McpTaskException>(() => slow)).Kind);
        await server.NextAsync("tasks/cancel");
    }

    [Fact(Timeout = 10_000)]
    public async Task A_modern_server_that_may_make_tasks_is_waited_for_and_may_ask()
    {
        var asked = Channel.CreateUnbounded<HandlerContext<ElicitRequestParams>>();
        await using var rig = await ModernAsync(new() { Enabled = true }, new() { Elicitation = Accept(asked) });
        var server = await rig.LaunchedAsync(Id);
        var call = rig.Manager.CallToolAsync(Id, "wait", cancellationToken: Cancelled);
        var request = await server.NextAsync("tools/call");
        Assert.NotNull(request["params"]!["_meta"]!["io.modelcontextprotocol/clientCapabilities"]!["extensions"]!["io.modelcontextprotocol/tasks"]);
        await server.AnswerAsync(request, Working);

        await server.AnswerAsync(await LookAsync(rig, server), $$$$"""{"resultType":"complete","taskId":"t1","status":"input_required","ttlMs":null,"pollIntervalMs":100,"inputRequests":{"k":{"method":"elicitation/create","params":{{{{Form}}}}}}}""");
        Assert.Equal((Id, "wait"), await asked.Reader.ReadAsync(Cancelled) is { } context ? (context.ServerId, context.Call?.Target) : default);
        var update = await server.NextAsync("tasks/update");
        Assert.Equal("accept", (string?)update["params"]!["inputResponses"]!["k"]!["action"]);
        await server.AnswerAsync(update, """{"resultType":"complete"}""");
        await server.AnswerAsync(await server.NextAsync("tasks/get"), """{"resultType":"complete","taskId":"t1","status":"completed","ttlMs":null,"result":{"content":[{"type":"text","text":"done"}]}}""");

        Assert.Equal("done", Assert.IsType<TextContentBlock>(Assert.Single((await call).Content)).Text);
    }

    [Theory(Timeout = 10_000)]
    [InlineData("\"failed\",\"error\":{\"code\":-32603,\"message\":\"no luck\"}", McpTaskFailure.TaskFailed, "no luck")]
    [InlineData("\"failed\",\"statusMessage\":\"no disk\"", McpTaskFailure.TaskFailed, "Server 'task-a': the task that it made of this call is failed: no disk.")]
    [InlineData("\"cancelled\"", McpTaskFailure.Cancelled, "Server 'task-a': the task that it made of this call is cancelled.")]
    [InlineData("\"input_required\",\"inputRequests\":{\"k\":{\"method\":\"roots/list\"}}", McpTaskFailure.InputRequired, "Server 'task-a' asked for roots/list, which the client 'steward' did not declare.")]
    public async Task What_became_of_a_modern_task_is_told(string status, McpTaskFailure kind, string message)
    {
        await using var rig = await ModernAsync(new() { Enabled = true });
        var server = await rig.LaunchedAsync(Id);
        var call = rig.Manager.CallToolAsync(Id, "wait", cancellationToken: Cancelled);
        await server.AnswerAsync(await server.NextAsync("tools/call"), Working);
        await server.AnswerAsync(await LookAsync(rig, server), $$"""{"resultType":"complete","taskId":"t1","ttlMs":null,"status":{{status}}}""");

        var failure = await Assert.ThrowsAsync<McpTaskException>(() => call);
        Assert.Equal((kind, message, Id), (failure.Kind, failure.Message, failure.ServerId));
    }

    [Fact(Timeout = 10_000)]
    public async Task A_task_is_asked_about_as_often_as_it_may_be()
    {
        await using var rig = await ModernAsync(new() { Enabled = true, MaxPollAttempts = 1, PollInterval = TimeSpan.FromSeconds(7) });
        var server = await rig.LaunchedAsync(Id);
        var often = rig.Manager.CallToolAsync(Id, "wait", cancellationToken: Cancelled);
        await server.AnswerAsync(await server.NextAsync("tools/call"), """{"resultType":"task","taskId":"t1","status":"working","ttlMs":null}""");
        await server.AnswerAsync(await LookAsync(rig, server, TimeSpan.FromSeconds(7)), """{"resultType":"complete","taskId":"t1","status":"working","ttlMs":null}""");
        await SettleAsync(rig);
        rig.Time.Advance(TimeSpan.FromSeconds(7));
        Assert.Equal(McpTaskFailure.MaxAttemptsExceeded, (await Assert.ThrowsAsync<McpTaskException>(() => often)).Kind);
        Assert.Equal("t1", (string?)(await server.NextAsync("tasks/cancel"))["params"]!["taskId"]);
    }

    [Fact(Timeout = 10_000)]
    public async Task A_task_may_take_only_so_long()
    {
        await using var rig = await ModernAsync(new() { Enabled = true, Timeout = TimeSpan.FromSeconds(20) });
        var server = await rig.LaunchedAsync(Id);
        var longer = rig.Manager.CallToolAsync(Id, "wait", cancellationToken: Cancelled);
        await server.AnswerAsync(await server.NextAsync("tools/call"), Working);
        await LookAsync(rig, server);
        rig.Time.Advance(TimeSpan.FromSeconds(20));
        Assert.Equal(0, rig.Manager.GetStatistics(Id)!.Pending); // nor does anybody wait to be told how far it is
        Assert.Equal(McpTaskFailure.Timeout, (await Assert.ThrowsAsync<McpTaskException>(() => longer)).Kind);
        Assert.Equal("t1", (string?)(await server.NextAsync("tasks/cancel"))["params"]!["taskId"]);
    }

    [Fact(Timeout = 10_000)]
    public async Task A_call_may_ask_for_input_only_so_often()
    {
        await using var rig = await ModernAsync(new() { MaxInputRounds = 1 });
        var server = await rig.LaunchedAsync(Id);
        var call = rig.Manager.CallToolAsync(Id, "wait", cancellationToken: Cancelled);
        for (var round = 0; round < 2; round++)
            await server.AnswerAsync(await server.NextAsync("tools/call"), $$$$"""{"resultType":"input_required","inputRequests":{"q":{"method":"elicitation/create","params":{{{{Form}}}}}},"requestState":"s"}""");

        var failure = await Assert.ThrowsAsync<McpTaskException>(() => call);
        Assert.Equal((McpTaskFailure.InputRequired, "Server 'task-a' asked for input 1 times during this request, and would ask again."), (failure.Kind, failure.Message));
    }

    private static Func<HandlerContext<ElicitRequestParams>, CancellationToken, ValueTask<ElicitResult>> Accept(Channel<HandlerContext<ElicitRequestParams>> asked) => (context, _) =>
    {
        asked.Writer.TryWrite(context);
        return ValueTask.FromResult(new ElicitResult { Action = "accept" });
    };

    private static async Task BeginLegacyAsync(ScriptedServer server)
    {
        var request = await server.NextAsync("tools/call");
        Assert.NotNull(request["params"]!["task"]!["ttl"]);
        await server.AnswerAsync(request, """{"task":{"taskId":"t1","status":"working","createdAt":"2026-01-01T00:00:00Z","lastUpdatedAt":"2026-01-01T00:00:00Z","ttl":60000}}""");
    }

    private static async Task<JsonNode> LookAsync(LibraryRig rig, ScriptedServer server, TimeSpan? pause = null)
    {
        await SettleAsync(rig);
        rig.Time.Advance(pause ?? TimeSpan.FromMilliseconds(100));
        return await server.NextAsync("tasks/get");
    }

    /// <summary>What the server said before has been heard by then, and the next look is set.</summary>
    private static async Task SettleAsync(LibraryRig rig) => await rig.Manager.CallToolAsync(Id, "echo", cancellationToken: Cancelled);

    private static Task<LibraryRig> LegacyAsync(ServerHandlers handlers, TaskPolicy? tasks = null) => LibraryRig.StartAsync(
        server => server.Definitions["slow"] = """{"name":"slow","inputSchema":{"type":"object"},"execution":{"taskSupport":"required"}}""",
        new McpServerManagerOptions { Handlers = handlers }, GatewayRig.Server(Id) with { Tasks = tasks ?? new() });

    private static Task<LibraryRig> ModernAsync(TaskPolicy tasks, ServerHandlers? handlers = null) => LibraryRig.StartAsync(
        server => server.IsModern = true, new McpServerManagerOptions { Handlers = handlers ?? new() }, GatewayRig.Server(Id) with { Tasks = tasks });
}
