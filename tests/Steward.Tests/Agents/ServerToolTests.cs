using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.AI;
using ModelContextProtocol;
using Steward.Agents;
using Steward.Clients;
using Steward.Supervision;
using Steward.Tests.Clients;
using Xunit;

namespace Steward.Tests.Agents;

public sealed class ServerToolTests
{
    private const string Done = """{"content":[{"type":"text","text":"done"}]}""";

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact(Timeout = 10_000)]
    public async Task A_tool_says_what_its_server_says_of_it()
    {
        await using var rig = await AgentRig.StartAsync("read", """
            {"name":"read","title":"Read","description":"Reads.","inputSchema":{"type":"object","properties":{"n":{"type":"number","minimum":1.0}},"$defs":{}},"outputSchema":{"type":"object","x":1},
            "annotations":{"readOnlyHint":true},"icons":[{"src":"https://example.org/i.png"}],"_meta":{"ui":"x"},"later":true}
            """.ReplaceLineEndings(""));
        var tool = (await rig.Manager.GetToolsAsync(cancellationToken: Cancelled)).Server("a__read");

        Assert.Equal(("a", "read", "a__read", "Read", "Reads."), (tool.ServerId, tool.ToolName, tool.Name, tool.Title, tool.Description));
        Assert.Equal("""{"type":"object","properties":{"n":{"type":"number","minimum":1.0}},"$defs":{}}""", tool.JsonSchema.GetRawText());
        Assert.Equal("""{"type":"object","x":1}""", tool.ReturnJsonSchema!.Value.GetRawText());
        Assert.True(tool.Definition.GetProperty("later").GetBoolean());
        Assert.Equal(["serverId", "toolName", "title", "annotations", "icons", "_meta"], tool.AdditionalProperties.Keys);
        Assert.Equal("""{"ui":"x"}""", Assert.IsType<JsonElement>(tool.AdditionalProperties["_meta"]).GetRawText());
    }

    [Fact(Timeout = 10_000)]
    public async Task A_tool_of_which_little_is_said_is_a_tool_all_the_same()
    {
        await using var rig = await AgentRig.StartAsync("bare", """{"name":"bare","inputSchema":true,"description":7,"annotations":[],"title":"\ud800"}""");
        var tool = (await rig.Manager.GetToolsAsync(cancellationToken: Cancelled)).Server("a__bare");
        Assert.Equal(("", null), (tool.Description, tool.Title));
        Assert.Equal("""{"type":"object"}""", tool.JsonSchema.GetRawText());
        Assert.Null(tool.ReturnJsonSchema);
        Assert.Equal(ToolSafety.Unknown, tool.Safety);
    }

    [Theory(Timeout = 10_000)]
    [InlineData("""{"readOnlyHint":true}""", true, true, false, true)]
    [InlineData("""{"idempotentHint":true}""", false, true, true, true)]
    [InlineData("""{"destructiveHint":false,"openWorldHint":false}""", false, false, false, false)]
    [InlineData("""{"readOnlyHint":true,"destructiveHint":true}""", false, false, true, true)]
    [InlineData("""{"readOnlyHint":"yes"}""", false, false, true, true)]
    [InlineData("{}", false, false, true, true)]
    public async Task Hints_are_believed_and_their_absence_is_taken_as_the_worst(string annotations, bool readOnly, bool idempotent, bool destructive, bool openWorld)
    {
        await using var rig = await AgentRig.StartAsync("t", $$$"""{"name":"t","inputSchema":{"type":"object"},"annotations":{{{annotations}}}}""");
        var safety = ToolSafety.Of((await rig.Manager.GetToolsAsync(cancellationToken: Cancelled)).WithPrefix("p_").Find("p_a__t")!);
        Assert.Equal((readOnly, idempotent, destructive, openWorld), (safety.IsReadOnly, safety.IsIdempotent, safety.IsDestructive, safety.IsOpenWorld));
        Assert.Equal(readOnly, safety.IsConcurrencySafe); // not of an idempotent one
    }

    [Theory(Timeout = 10_000)]
    [InlineData("required", true)]
    [InlineData("optional", true)]
    [InlineData("forbidden", false)]
    public async Task A_tool_that_may_be_a_task_can_take_long(string support, bool isLongRunning)
    {
        await using var rig = await AgentRig.StartAsync("t", $$$"""{"name":"t","inputSchema":{"type":"object"},"execution":{"taskSupport":"{{{support}}}"}}""");
        Assert.Equal(isLongRunning, (await rig.Manager.GetToolsAsync(cancellationToken: Cancelled)).Server("a__t").Safety.IsLongRunning);
    }

    [Fact(Timeout = 10_000)]
    public async Task Arguments_of_every_kind_reach_the_server()
    {
        await using var rig = await LibraryRig.StartAsync("a");
        var server = await rig.LaunchedAsync("a");
        var tool = (await rig.Manager.GetToolsAsync(AgentRig.Trusting, Cancelled)).Find("a__wait")!;
        var arguments = new AIFunctionArguments
        {
            ["element"] = JsonElement.Parse("""{"n":1.10}"""),
            ["node"] = new JsonObject { ["list"] = new JsonArray(1, "two") },
            ["text"] = "ä\"",
            ["flag"] = true,
            ["number"] = 1.5,
            ["none"] = null,
            ["absent"] = default(JsonElement),
            ["many"] = new Dictionary<string, object?> { ["x"] = 1 },
        };
        var call = tool.InvokeAsync(arguments, Cancelled).AsTask();
        var request = await server.NextAsync("tools/call");
        var expected = JsonNode.Parse("""{"element":{"n":1.10},"node":{"list":[1,"two"]},"text":"ä\"","flag":true,"number":1.5,"none":null,"many":{"x":1}}""");
        Assert.Equal("wait", (string?)request["params"]!["name"]);
        Assert.True(JsonNode.DeepEquals(expected, request["params"]!["arguments"]), request.ToJsonString());
        await server.AnswerAsync(request, Done);
        Assert.Equal("done", Assert.IsType<TextContent>(await call).Text);
    }

    [Fact(Timeout = 10_000)]
    public async Task An_argument_that_cannot_be_sent_is_named()
    {
        await using var rig = await LibraryRig.StartAsync("a");
        var tool = (await rig.Manager.GetToolsAsync(AgentRig.Trusting, Cancelled)).Find("a__wait")!;
        var failure = await Assert.ThrowsAsync<ArgumentException>(() => tool.InvokeAsync(new() { ["odd"] = new Action(() => { }) }, Cancelled).AsTask());
        Assert.StartsWith("Argument 'odd' of tool 'a__wait' is a System.Action, of which no JSON can be made:", failure.Message, StringComparison.Ordinal);
        Assert.Contains("JsonSerializerOptions", failure.Message, StringComparison.Ordinal);

        var gone = JsonDocument.Parse("1");
        gone.Dispose();
        failure = await Assert.ThrowsAsync<ArgumentException>(() => tool.InvokeAsync(new() { ["gone"] = gone }, Cancelled).AsTask());
        Assert.StartsWith("Argument 'gone' of tool 'a__wait' is a System.Text.Json.JsonDocument, of which no JSON can be made:", failure.Message, StringComparison.Ordinal);

        var deep = Enumerable.Range(0, 512).Aggregate(new JsonArray(), static (inner, _) => [inner]);
        failure = await Assert.ThrowsAsync<ArgumentException>(() => tool.InvokeAsync(new() { ["deep"] = deep }, Cancelled).AsTask());
        Assert.StartsWith("The arguments of tool 'a__wait' are nested deeper than 512 levels.", failure.Message, StringComparison.Ordinal);
    }

    [Fact(Timeout = 10_000)]
    public async Task Progress_is_heard_in_order_by_whoever_wants_it()
    {
        await using var rig = await LibraryRig.StartAsync("a");
        var server = await rig.LaunchedAsync("a");
        List<double> own = [], all = [];
        var options = new ServerToolOptions { Approve = ToolApproval.Always, Progress = new Heard<ToolProgress>(progress => all.Add(progress.Tool.ToolName == "wait" ? progress.Progress : -1)) };
        var tool = (await rig.Manager.GetToolsAsync(options, Cancelled)).Find("a__wait")!;
        var arguments = new AIFunctionArguments
        {
            Context = new Dictionary<object, object?> { [typeof(IProgress<ProgressNotificationValue>)] = new Heard<ProgressNotificationValue>(value => own.Add(value.Progress)) },
        };
        var call = tool.InvokeAsync(arguments, Cancelled).AsTask();
        var request = await server.NextAsync("tools/call");
        for (var i = 1; i <= 20; i++)
            await server.ProgressAsync(request, i);
        await server.AnswerAsync(request, Done);
        await call;
        Assert.Equal(Enumerable.Range(1, 20).Select(i => (double)i), own);
        Assert.Equal(own, all);
    }

    [Fact(Timeout = 10_000)]
    public async Task A_call_that_is_given_up_is_cancelled_at_the_server()
    {
        await using var rig = await LibraryRig.StartAsync("a");
        var server = await rig.LaunchedAsync("a");
        var tool = (await rig.Manager.GetToolsAsync(AgentRig.Trusting, Cancelled)).Find("a__wait")!;
        using var giveUp = new CancellationTokenSource();
        var call = tool.InvokeAsync(cancellationToken: giveUp.Token).AsTask();
        var request = await server.NextAsync("tools/call");
        await giveUp.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        Assert.True(JsonNode.DeepEquals(request["id"], (await server.NextAsync("notifications/cancelled"))["params"]!["requestId"]));
    }

    [Fact(Timeout = 10_000)]
    public async Task Calls_on_one_connection_run_side_by_side()
    {
        await using var rig = await LibraryRig.StartAsync("a");
        var server = await rig.LaunchedAsync("a");
        var tool = (await rig.Manager.GetToolsAsync(AgentRig.Trusting, Cancelled)).Find("a__wait")!;
        var calls = Enumerable.Range(0, 8).Select(i => tool.InvokeAsync(new() { ["i"] = i }, Cancelled).AsTask()).ToArray();
        var requests = new List<JsonNode>();
        while (requests.Count < calls.Length)
            requests.Add(await server.NextAsync("tools/call")); // all are there before one is answered
        foreach (var request in Enumerable.Reverse(requests))
            await server.AnswerAsync(request, $$"""{"content":[{"type":"text","text":"{{request["params"]!["arguments"]!["i"]}}"}]}""");
        Assert.Equal(Enumerable.Range(0, 8).Select(i => $"{i}"), (await Task.WhenAll(calls)).Select(result => ((TextContent)result!).Text));
    }

    [Fact(Timeout = 10_000)]
    public async Task A_tool_taken_before_a_restart_works_after_it()
    {
        await using var rig = await LibraryRig.StartAsync("a");
        var server = await rig.LaunchedAsync("a");
        var tool = (await rig.Manager.GetToolsAsync(AgentRig.Trusting, Cancelled)).Find("a__wait")!;
        var call = tool.InvokeAsync(cancellationToken: Cancelled).AsTask();
        await server.AnswerAsync(await server.NextAsync("tools/call"), Done);
        await call;

        await rig.Manager.RestartServerAsync("a", Cancelled);
        var next = await rig.LaunchedAsync("a");
        call = tool.InvokeAsync(cancellationToken: Cancelled).AsTask();
        await next.AnswerAsync(await next.NextAsync("tools/call"), Done);
        Assert.Equal("done", Assert.IsType<TextContent>(await call).Text);
    }

    [Fact(Timeout = 10_000)]
    public async Task A_crash_between_listing_and_calling_is_told_and_the_tool_works_when_the_server_is_back()
    {
        await using var rig = await LibraryRig.StartAsync("a");
        var server = await rig.LaunchedAsync("a");
        var tool = (await rig.Manager.GetToolsAsync(AgentRig.Trusting, Cancelled)).Find("a__wait")!;

        server.Crash();
        await rig.Manager.WaitForStatusAsync("a", status => status.State == ServerState.Restarting, Cancelled);
        var failure = await Assert.ThrowsAsync<ServerNotRunningException>(() => tool.InvokeAsync(cancellationToken: Cancelled).AsTask());
        Assert.StartsWith("Server 'a' is not running but Restarting", failure.Message, StringComparison.Ordinal);

        await rig.Manager.StartServerAsync("a", Cancelled);
        var next = await rig.LaunchedAsync("a");
        var call = tool.InvokeAsync(cancellationToken: Cancelled).AsTask();
        await next.AnswerAsync(await next.NextAsync("tools/call"), Done);
        Assert.NotNull(await call);
    }

    [Fact(Timeout = 10_000)]
    public async Task A_crash_during_a_call_and_the_time_after_it_are_told()
    {
        await using var rig = await LibraryRig.StartAsync("a");
        var server = await rig.LaunchedAsync("a");
        var tool = (await rig.Manager.GetToolsAsync(AgentRig.Trusting, Cancelled)).Find("a__wait")!;
        var call = tool.InvokeAsync(cancellationToken: Cancelled).AsTask();
        await server.NextAsync("tools/call");
        server.Crash();
        Assert.Equal("a", (await Assert.ThrowsAsync<UncertainResultException>(() => call)).ServerId);
        await rig.Manager.WaitForStatusAsync("a", status => status.State == ServerState.Restarting, Cancelled);
        await Assert.ThrowsAsync<ServerNotRunningException>(() => tool.InvokeAsync(cancellationToken: Cancelled).AsTask());
    }

    [Fact(Timeout = 10_000)]
    public async Task A_call_of_a_removed_server_says_so()
    {
        await using var rig = await LibraryRig.StartAsync("a");
        var tool = (await rig.Manager.GetToolsAsync(AgentRig.Trusting, Cancelled)).Find("a__wait")!;
        await rig.Manager.RemoveServerAsync("a", Cancelled);
        await Assert.ThrowsAsync<UnknownServerException>(() => tool.InvokeAsync(cancellationToken: Cancelled).AsTask());
    }

    [Fact(Timeout = 10_000)]
    public async Task A_call_has_its_own_bound_or_that_of_the_set()
    {
        await using var rig = await LibraryRig.StartAsync("a");
        var server = await rig.LaunchedAsync("a");
        var options = new ServerToolOptions { Approve = ToolApproval.Always, Call = new ToolCallOptions { Timeout = TimeSpan.FromSeconds(7) } };
        var tool = (await rig.Manager.GetToolsAsync(options, Cancelled)).Find("a__wait")!;
        var call = tool.InvokeAsync(cancellationToken: Cancelled).AsTask();
        var own = tool.InvokeAsync(new() { Context = new Dictionary<object, object?> { [typeof(ToolCallOptions)] = new ToolCallOptions { Timeout = TimeSpan.FromSeconds(9) } } }, Cancelled).AsTask();
        await server.NextAsync("tools/call");
        await server.NextAsync("tools/call");

        rig.Time.Advance(TimeSpan.FromSeconds(7));
        await Assert.ThrowsAsync<TimeoutException>(() => call);
        Assert.False(own.IsCompleted);
        rig.Time.Advance(TimeSpan.FromSeconds(2));
        await Assert.ThrowsAsync<TimeoutException>(() => own);
    }

    [Fact(Timeout = 10_000)]
    public async Task A_tool_that_is_a_task_only_is_called_as_one_and_gives_its_result()
    {
        await using var rig = await LibraryRig.StartAsync(
            server => server.Definitions["slow"] = """{"name":"slow","inputSchema":{"type":"object"},"execution":{"taskSupport":"required"}}""", new McpServerManagerOptions(), "task-a");
        var server = await rig.LaunchedAsync("task-a");
        var call = (await rig.Manager.GetToolsAsync(AgentRig.Trusting, Cancelled)).Find("task-a__slow")!.InvokeAsync(cancellationToken: Cancelled).AsTask();
        var request = await server.NextAsync("tools/call");
        Assert.NotNull(request["params"]!["task"]);
        await server.AnswerAsync(request, """{"task":{"taskId":"t1","status":"working","createdAt":"2026-01-01T00:00:00Z","lastUpdatedAt":"2026-01-01T00:00:00Z","ttl":60000}}""");
        await server.AnswerAsync(await server.NextAsync("tasks/result"), Done);
        Assert.Equal("done", Assert.IsType<TextContent>(await call).Text);
    }

    [Fact(Timeout = 10_000)]
    public async Task The_whole_answer_is_to_be_had_too()
    {
        await using var rig = await LibraryRig.StartAsync("a");
        var server = await rig.LaunchedAsync("a");
        var tool = (await rig.Manager.GetToolsAsync(AgentRig.Trusting, Cancelled)).Server("a__wait");
        var call = tool.CallAsync(new Dictionary<string, object?> { ["x"] = 1 }, cancellationToken: Cancelled);
        await server.AnswerAsync(await server.NextAsync("tools/call"), """{"content":[],"_meta":{"cost":3}}""");
        Assert.Equal("3", (await call).Meta!["cost"]!.ToJsonString());
    }

    private sealed class Heard<T>(Action<T> report) : IProgress<T>
    {
        public void Report(T value) => report(value);
    }
}
