using System.Text.Json;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using Steward.Clients;
using Steward.Configuration;
using Steward.Supervision;
using Steward.Tests.Gateway;
using Xunit;

#pragma warning disable MCP9005 // Servers of the revisions up to 2025-11-25 are told by a request how much to log.

namespace Steward.Tests.Clients;

public sealed class ServerOperationsTests
{
    private const string Text = """{"content":[{"type":"text","text":"done"}]}""";

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact(Timeout = 10_000)]
    public async Task Everything_that_a_server_has_can_be_listed_and_read()
    {
        await using var rig = await RigAsync(server => server.Answer = message => (string?)message["method"] switch
        {
            "resources/read" => $$$"""{"contents":[{"uri":"{{{(string?)message["params"]!["uri"]}}}","text":"hello"}]}""".AsResult(),
            "resources/templates/list" => """{"resourceTemplates":[{"uriTemplate":"t:{x}","name":"t"}]}""".AsResult(),
            "prompts/get" => $$$"""{"messages":[{"role":"user","content":{"type":"text","text":"{{{(string?)message["params"]!["arguments"]!["x"]}}}"}}]}""".AsResult(),
            "completion/complete" => $$$"""{"completion":{"values":["{{{(string?)message["params"]!["ref"]!["type"]}}}","{{{(string?)message["params"]!["argument"]!["value"]}}}!"]}}""".AsResult(),
            _ => null,
        });
        var manager = rig.Manager;

        Assert.Equal(["echo", "wait"], (await manager.ListToolsAsync("a", Cancelled)).Select(tool => tool.Name));
        Assert.Equal("a:1", Assert.Single(await manager.ListResourcesAsync("a", Cancelled)).Uri);
        Assert.Equal("t:{x}", Assert.Single(await manager.ListResourceTemplatesAsync("a", Cancelled)).UriTemplate);
        Assert.Equal("ask", Assert.Single(await manager.ListPromptsAsync("a", Cancelled)).Name);
        Assert.Equal("hello", Assert.IsType<TextResourceContents>(Assert.Single((await manager.ReadResourceAsync("a", "a:1", Cancelled)).Contents)).Text);
        var prompt = await manager.GetPromptAsync("a", "ask", new Dictionary<string, object?> { ["x"] = "y" }, Cancelled);
        Assert.Equal("y", Assert.IsType<TextContentBlock>(Assert.Single(prompt.Messages).Content).Text);
        Assert.Equal(["ref/prompt", "b!"], (await manager.CompleteAsync("a", new PromptReference { Name = "ask" }, "x", "b", cancellationToken: Cancelled)).Completion.Values);
        Assert.Equal(["ref/resource", "c!"], (await manager.CompleteAsync("a", new ResourceTemplateReference { Uri = "t:{x}" }, "x", "c", cancellationToken: Cancelled)).Completion.Values);
        var raw = await manager.SendRequestAsync("a", "prompts/get", JsonElement.Parse("""{"name":"ask","arguments":{"x":"raw"}}"""), cancellationToken: Cancelled);
        Assert.Equal("raw", raw.GetProperty("messages")[0].GetProperty("content").GetProperty("text").GetString());
    }

    [Theory(Timeout = 30_000)]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Of_as_many_calls_at_once_as_a_program_likes_each_gets_its_own_answer(bool isDeafAtFirst)
    {
        const int count = 300; // more than gateway.limits.callsInFlight
        await using var rig = await LibraryRig.StartAsync("a", "b");
        var server = await rig.LaunchedAsync("a");
        var wakesUp = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        if (isDeafAtFirst)
            server.ReadsOn = wakesUp.Task;

        var text = new string('x', isDeafAtFirst ? 8_000 : 0); // together more than the way to the server holds
        var calls = Enumerable.Range(0, count).Select(i => rig.Manager.CallToolAsync("a", "wait", new Dictionary<string, object?> { ["i"] = i, ["text"] = text }, cancellationToken: Cancelled)).ToArray();
        await rig.Manager.CallToolAsync("b", "echo", cancellationToken: Cancelled); // has no part in it
        wakesUp.SetResult();
        for (var answered = 0; answered < count; answered++)
        {
            var request = await server.NextAsync("tools/call");
            await server.AnswerAsync(request, $$$"""{"content":[{"type":"text","text":"{{{(int)request["params"]!["arguments"]!["i"]!}}}"}]}""");
        }

        var results = await Task.WhenAll(calls);
        Assert.Equal(Enumerable.Range(0, count).Select(i => $"{i}"), results.Select(result => Assert.IsType<TextContentBlock>(Assert.Single(result.Content)).Text));
    }

    [Fact(Timeout = 10_000)]
    public async Task All_pages_are_read()
    {
        await using var rig = await RigAsync(server => server.Answer = message => (string?)message["method"] == "resources/list"
            ? ((string?)message["params"]?["cursor"]) switch
            {
                null => """{"resources":[{"uri":"r:1","name":"1"}],"nextCursor":"2"}""".AsResult(),
                "2" => """{"resources":[{"uri":"r:2","name":"2"}],"nextCursor":"3"}""".AsResult(),
                _ => """{"resources":[{"uri":"r:3","name":"3"}]}""".AsResult(),
            }
            : null);

        Assert.Equal(["r:1", "r:2", "r:3"], (await rig.Manager.ListResourcesAsync("a", Cancelled)).Select(resource => resource.Uri));
    }

    [Theory(Timeout = 10_000)]
    [InlineData(true, "The server's answers to prompts/list do not come to an end: it gave the same cursor twice.")]
    [InlineData(false, "The server's answers to prompts/list do not come to an end: there are more than 1000 pages.")]
    public async Task A_server_that_pages_for_ever_is_an_error(bool repeats, string message)
    {
        var pages = 0;
        await using var rig = await RigAsync(server => server.Answer = request => (string?)request["method"] == "prompts/list" && (string?)request["params"]?["cursor"] is var cursor
            ? $$"""{"prompts":[],"nextCursor":"{{(repeats ? "x" : ++pages)}}"}""".AsResult()
            : null);

        Assert.Equal(message, (await Assert.ThrowsAsync<McpException>(() => rig.Manager.ListPromptsAsync("a", Cancelled))).Message);
    }

    [Fact(Timeout = 10_000)]
    public async Task A_list_that_a_server_does_not_know_is_empty()
    {
        await using var rig = await RigAsync(server =>
        {
            server.Capabilities = """{"tools":{}}""";
            server.Answer = message => (string?)message["method"] is "prompts/list" or "resources/list" or "resources/templates/list" ? "\"error\":{\"code\":-32601,\"message\":\"Method not found\"}" : null;
        });

        Assert.Empty(await rig.Manager.ListPromptsAsync("a", Cancelled));
        Assert.Empty(await rig.Manager.ListResourcesAsync("a", Cancelled));
        Assert.Empty(await rig.Manager.ListResourceTemplatesAsync("a", Cancelled));
    }

    [Fact(Timeout = 10_000)]
    public async Task An_unknown_server_and_one_that_does_not_run_are_told_apart()
    {
        await using var rig = await RigAsync();
        await Assert.ThrowsAsync<UnknownServerException>(() => rig.Manager.ListToolsAsync("b", Cancelled));
        await rig.Manager.GetClientAsync("a", Cancelled);
        await rig.Manager.StopServerAsync("a", Cancelled);
        await Assert.ThrowsAsync<ServerNotRunningException>(() => rig.Manager.CallToolAsync("a", "echo", cancellationToken: Cancelled));
        await Assert.ThrowsAsync<ServerNotRunningException>(() => rig.Manager.SendRequestAsync("a", "tools/list", cancellationToken: Cancelled));
    }

    [Fact(Timeout = 10_000)]
    public async Task A_call_may_take_as_long_as_there_is_time()
    {
        await using var rig = await LibraryRig.StartAsync("a");
        var call = rig.Manager.CallToolAsync("a", "wait", options: new() { Timeout = TimeSpan.MaxValue }, cancellationToken: Cancelled);
        var server = await rig.LaunchedAsync("a");

        await server.AnswerAsync(await server.NextAsync("tools/call"), Text);

        Assert.Single((await call).Content);
    }

    [Fact(Timeout = 10_000)]
    public async Task A_call_that_takes_too_long_is_cancelled_and_says_so()
    {
        await using var rig = await RigAsync();
        var server = await rig.LaunchedAsync("a");
        var call = rig.Manager.CallToolAsync("a", "wait", options: new() { Timeout = TimeSpan.FromSeconds(5) }, cancellationToken: Cancelled);
        var request = await server.NextAsync("tools/call");
        rig.Time.Advance(TimeSpan.FromSeconds(5));

        var failure = await Assert.ThrowsAsync<TimeoutException>(() => call);
        Assert.Equal("Server 'a' did not complete the call of tool 'wait' within 5 s; the request was cancelled.", failure.Message);
        var cancelled = await server.NextAsync("notifications/cancelled");
        Assert.True(JsonNode.DeepEquals(request["id"], cancelled["params"]!["requestId"]));
    }

    [Fact(Timeout = 10_000)]
    public async Task A_call_in_flight_drains_when_its_server_is_removed_and_is_uncertain_if_it_does_not()
    {
        await using var rig = await RigAsync();
        var server = await rig.LaunchedAsync("a");
        var answered = rig.Manager.CallToolAsync("a", "wait", cancellationToken: Cancelled);
        var lost = rig.Manager.CallToolAsync("a", "wait", cancellationToken: Cancelled);
        var first = await server.NextAsync("tools/call");
        await server.NextAsync("tools/call");

        var removal = rig.Manager.RemoveServerAsync("a", Cancelled);
        await Assert.ThrowsAsync<UnknownServerException>(() => rig.Manager.CallToolAsync("a", "echo", cancellationToken: Cancelled)); // no new ones
        await Assert.ThrowsAsync<UnknownServerException>(() => rig.Manager.ListToolsAsync("a", Cancelled));
        await server.AnswerAsync(first);
        await Task.WhenAny(answered, lost);
        Assert.Equal(1, new[] { answered, lost }.Count(call => call.IsCompletedSuccessfully));
        server.Crash();
        await removal;
        await Assert.ThrowsAsync<UncertainResultException>(() => Task.WhenAll(answered, lost));
    }

    [Fact(Timeout = 10_000)]
    public async Task A_subscription_that_breaks_with_the_connection_is_asked_for_once_more()
    {
        var launches = 0;
        await using var rig = await RigAsync(server => server.Keeps = launches++ == 0 ? "resources/subscribe" : null);
        var server = await rig.LaunchedAsync("a");
        var subscribing = rig.Manager.SubscribeToResourceAsync("a", "a:1", Cancelled);
        await server.NextAsync("resources/subscribe");
        server.Crash();
        await rig.RunsAgainAsync("a");

        await subscribing;
        await (await rig.LaunchedAsync("a")).NextAsync("resources/subscribe");
    }

    [Fact(Timeout = 10_000)]
    public async Task Subscriptions_and_the_log_level_are_restored_after_a_restart_and_forgotten_with_the_server()
    {
        var heard = Channel.CreateUnbounded<string>();
        await using var rig = await RigAsync(handlers: new()
        {
            ResourceUpdated = (context, _) => heard.Writer.WriteAsync($"{context.ServerId} {context.Params.Uri}", Cancelled),
        });
        var server = await rig.LaunchedAsync("a");
        await rig.Manager.SubscribeToResourceAsync("a", "a:1", Cancelled);
        await rig.Manager.SubscribeToResourceAsync("a", "a:2", Cancelled);
        await rig.Manager.SetLoggingLevelAsync("a", LoggingLevel.Debug, Cancelled);
        await rig.Manager.UnsubscribeFromResourceAsync("a", "a:2", Cancelled);
        await server.NextAsync("resources/unsubscribe");

        await rig.Manager.RestartServerAsync("a", Cancelled);
        var next = await rig.LaunchedAsync("a");
        Assert.Equal("a:1", (string?)(await next.NextAsync("resources/subscribe"))["params"]!["uri"]);
        await rig.Manager.ListToolsAsync("a", Cancelled);
        await next.SayAsync("""{"jsonrpc":"2.0","method":"notifications/resources/updated","params":{"uri":"a:1"}}""");
        Assert.Equal("a a:1", await heard.Reader.ReadAsync(Cancelled));

        await rig.Manager.RemoveServerAsync("a", Cancelled);
        await rig.Manager.AddServerAsync(GatewayRig.Server("a"), cancellationToken: Cancelled);
        var namesake = await rig.LaunchedAsync("a");
        await rig.Manager.ListToolsAsync("a", Cancelled);
        Assert.False(namesake.HasHeard("resources/subscribe"));
    }

    [Fact(Timeout = 10_000)]
    public async Task A_call_whose_connection_broke_is_not_made_again()
    {
        await using var rig = await RigAsync();
        var server = await rig.LaunchedAsync("a");
        var call = rig.Manager.CallToolAsync("a", "wait", cancellationToken: Cancelled);
        await server.NextAsync("tools/call");
        server.Crash();

        var failure = await Assert.ThrowsAsync<UncertainResultException>(() => call);
        Assert.StartsWith("The connection to server 'a' broke during the call of tool 'wait': the result is uncertain and the request was not made again.", failure.Message, StringComparison.Ordinal);
        await RestartCrashedAsync(rig);
        Assert.False((await rig.LaunchedAsync("a")).HasHeard("tools/call"));
    }

    [Theory(Timeout = 10_000)]
    [InlineData("""{"readOnlyHint":true}""", ReplayPolicy.WhenAnnotated, true)]
    [InlineData("""{"idempotentHint":true}""", ReplayPolicy.WhenAnnotated, true)]
    [InlineData("""{"destructiveHint":true}""", ReplayPolicy.WhenAnnotated, false)]
    [InlineData("""{"readOnlyHint":true,"destructiveHint":true}""", ReplayPolicy.WhenAnnotated, false)]
    [InlineData("""{"readOnlyHint":true}""", ReplayPolicy.Never, false)]
    [InlineData("{}", ReplayPolicy.Always, true)]
    public async Task A_call_is_made_again_where_its_tool_or_its_caller_says_that_it_may(string annotations, ReplayPolicy replay, bool isMadeAgain)
    {
        await using var rig = await RigAsync(server =>
        {
            server.Keeps = "tools/call";
            server.Definitions["mark"] = $$$"""{"name":"mark","inputSchema":{"type":"object"},"annotations":{{{annotations}}}}""";
        });
        var server = await rig.LaunchedAsync("a");
        var call = rig.Manager.CallToolAsync("a", "mark", options: new() { Replay = replay }, cancellationToken: Cancelled);
        await server.NextAsync("tools/call");
        server.Crash();
        if (!isMadeAgain)
        {
            await Assert.ThrowsAsync<UncertainResultException>(() => call);
            return;
        }

        await RestartCrashedAsync(rig);
        var next = await rig.LaunchedAsync("a");
        var again = await next.NextAsync("tools/call");
        await next.SayAsync($$"""{"jsonrpc":"2.0","id":{{again["id"]!.ToJsonString()}},"result":{{Text}}}""");
        Assert.Equal("done", Assert.IsType<TextContentBlock>(Assert.Single((await call).Content)).Text);
    }

    [Theory(Timeout = 30_000)]
    [InlineData(ReplayPolicy.Never, 1, "and the request was not made again")]
    [InlineData(ReplayPolicy.WhenAnnotated, 2, "and so it was when the request was made again")]
    [InlineData(ReplayPolicy.Always, 2, "and so it was when the request was made again")]
    public async Task A_call_reaches_a_server_no_more_often_than_its_caller_says_though_the_gateway_makes_calls_again(ReplayPolicy replay, int sends, string message)
    {
        var launches = 0;
        await using var rig = await LibraryRig.StartAsync(server =>
        {
            server.Keeps = launches++ < sends ? "tools/call" : null;
            server.Definitions["look"] = """{"name":"look","inputSchema":{"type":"object"},"annotations":{"readOnlyHint":true}}""";
        }, new McpServerManagerOptions(), GatewayRig.Server("a") with { QueueTimeout = TimeSpan.FromSeconds(10), Replay = ServerReplayMode.WhenAnnotated });
        var call = rig.Manager.CallToolAsync("a", "look", options: new() { Replay = replay }, cancellationToken: Cancelled);
        for (var send = 0; send < sends; send++)
        {
            var server = await rig.LaunchedAsync("a");
            await server.NextAsync("tools/call");
            server.Crash();
            await RestartCrashedAsync(rig);
        }

        var failure = await Assert.ThrowsAsync<UncertainResultException>(() => call);
        Assert.Contains(message, failure.Message, StringComparison.Ordinal);
        Assert.False((await rig.LaunchedAsync("a")).HasHeard("tools/call"));
    }

    [Fact(Timeout = 10_000)]
    public async Task A_list_is_read_again_when_the_server_is_back()
    {
        await using var rig = await RigAsync();
        var server = await rig.LaunchedAsync("a");
        await rig.Manager.GetClientAsync("a", Cancelled);
        server.Keeps = "resources/list";
        server.HasHeard("resources/list");
        var list = rig.Manager.ListResourcesAsync("a", Cancelled);
        await server.NextAsync("resources/list");
        server.Crash();

        await RestartCrashedAsync(rig);
        Assert.Equal("a:1", Assert.Single(await list).Uri);
    }

    [Fact(Timeout = 10_000)]
    public async Task A_call_carries_what_its_caller_attached_to_the_handlers()
    {
        var asked = Channel.CreateUnbounded<object?>();
        await using var rig = await RigAsync(handlers: new()
        {
            Elicitation = async (context, token) =>
            {
                await asked.Writer.WriteAsync(context.Call!.State, token);
                return new ElicitResult { Action = "accept" };
            },
        });
        var server = await rig.LaunchedAsync("a");
        var call = rig.Manager.CallToolAsync("a", "wait", options: new() { State = 7 }, cancellationToken: Cancelled);
        var request = await server.NextAsync("tools/call");
        await server.SayAsync("""{"jsonrpc":"2.0","id":"q","method":"elicitation/create","params":{"message":"sure?","requestedSchema":{"type":"object","properties":{}}}}""");
        Assert.Equal(7, await asked.Reader.ReadAsync(Cancelled));
        await server.AnswerAsync(request);
        await call;
    }

    private static async Task RestartCrashedAsync(LibraryRig rig)
    {
        await rig.Manager.WaitForStatusAsync("a", status => status.State == ServerState.Restarting, Cancelled); // callers are told before the crash is settled
        await rig.Manager.StartServerAsync("a", Cancelled);
    }

    private static Task<LibraryRig> RigAsync(Action<ScriptedServer>? script = null, ServerHandlers? handlers = null) =>
        LibraryRig.StartAsync(script, new McpServerManagerOptions { Handlers = handlers ?? new() }, "a");
}
