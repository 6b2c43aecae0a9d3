using System.Text.Json;
using System.Threading.Channels;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using Steward.Clients;
using Steward.Tests.Gateway;
using Xunit;

#pragma warning disable MCP9005 // The handlers serve servers of the revisions that have roots, sampling and logging.

namespace Steward.Tests.Clients;

public sealed class ServerHandlersTests
{
    private const string Form = """{"message":"sure?","requestedSchema":{"type":"object","properties":{"ok":{"type":"boolean"}}}}""";
    private const string Page = """{"mode":"url","message":"log in","url":"https://example.org/","elicitationId":"e1"}""";

    private static readonly AsyncLocal<string?> User = new();

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact(Timeout = 10_000)]
    public async Task A_question_reaches_the_handler_with_the_server_and_the_call_that_it_is_about()
    {
        var asked = Channel.CreateUnbounded<(HandlerContext<ElicitRequestParams> Context, string? User)>();
        await using var rig = await RigAsync(new()
        {
            Elicitation = (context, _) =>
            {
                asked.Writer.TryWrite((context, User.Value));
                return ValueTask.FromResult(new ElicitResult { Action = "accept", Content = new Dictionary<string, JsonElement> { ["ok"] = JsonElement.Parse("true") } });
            },
        });
        var server = await rig.LaunchedAsync("a");
        var client = await rig.Manager.GetClientAsync("a", Cancelled);
        User.Value = "ada";
        var call = client.CallToolAsync("wait", cancellationToken: Cancelled).AsTask();
        var request = await server.NextAsync("tools/call");

        await AskAsync(server, "elicitation/create", Form);
        var answer = await server.NextAsync("answer");
        Assert.Equal("""{"action":"accept","content":{"ok":true}}""", answer["result"]!.ToJsonString());
        var (context, user) = await asked.Reader.ReadAsync(Cancelled);
        Assert.Equal(("a", "sure?", "ada"), (context.ServerId, context.Params.Message, user));
        Assert.Equal(new ServerCall("tools/call", "wait", null), context.Call);
        await server.AnswerAsync(request);
        await call;
    }

    [Fact(Timeout = 10_000)]
    public async Task With_two_calls_in_flight_nobody_guesses_which_of_them_asks()
    {
        var asked = Channel.CreateUnbounded<HandlerContext<ElicitRequestParams>>();
        await using var rig = await RigAsync(new() { Elicitation = Accept(asked) });
        var server = await rig.LaunchedAsync("a");
        var client = await rig.Manager.GetClientAsync("a", Cancelled);
        _ = client.CallToolAsync("wait", cancellationToken: Cancelled).AsTask();
        _ = client.CallToolAsync("wait", cancellationToken: Cancelled).AsTask();
        await server.NextAsync("tools/call");
        await server.NextAsync("tools/call");

        await AskAsync(server, "elicitation/create", Form);
        Assert.Null((await asked.Reader.ReadAsync(Cancelled)).Call);
    }

    [Fact(Timeout = 10_000)]
    public async Task A_server_of_the_modern_era_says_itself_which_call_it_asks_about()
    {
        var asked = Channel.CreateUnbounded<HandlerContext<ElicitRequestParams>>();
        await using var rig = await RigAsync(new() { Elicitation = Accept(asked) }, server => server.IsModern = true);
        var server = await rig.LaunchedAsync("a");
        var client = await rig.Manager.GetClientAsync("a", Cancelled);
        var first = client.CallToolAsync("wait", cancellationToken: Cancelled).AsTask();
        var request = await server.NextAsync("tools/call");
        var second = client.CallToolAsync("other", cancellationToken: Cancelled).AsTask();
        await server.NextAsync("tools/call");
        Assert.Contains("elicitation", request["params"]!["_meta"]!["io.modelcontextprotocol/clientCapabilities"]!.ToJsonString());

        await server.AnswerAsync(request, $$$"""{"resultType":"input_required","inputRequests":{"q":{"method":"elicitation/create","params":{{{Form}}}}},"requestState":"s"}""");
        Assert.Equal("wait", (await asked.Reader.ReadAsync(Cancelled)).Call!.Target);
        var again = await server.NextAsync("tools/call");
        Assert.Equal("accept", (string?)again["params"]!["inputResponses"]!["q"]!["action"]);
        await server.AnswerAsync(again, """{"resultType":"complete","content":[]}""");
        await first;
        Assert.False(second.IsCompleted);
    }

    [Fact(Timeout = 10_000)]
    public async Task Without_handlers_elicitation_is_declined_and_the_rest_refused()
    {
        await using var rig = await RigAsync(new());
        var server = await rig.LaunchedAsync("a");
        Assert.Equal("""{"elicitation":{"form":{},"url":{}}}""", server.Opening!["capabilities"]!.ToJsonString());
        var client = await rig.Manager.GetClientAsync("a", Cancelled);
        _ = client.CallToolAsync("wait", cancellationToken: Cancelled).AsTask();
        await server.NextAsync("tools/call");

        await AskAsync(server, "elicitation/create", Form);
        Assert.Equal("""{"action":"decline"}""", (await server.NextAsync("answer"))["result"]!.ToJsonString());
        await AskAsync(server, "elicitation/create", Page);
        Assert.Equal("""{"action":"decline"}""", (await server.NextAsync("answer"))["result"]!.ToJsonString());
        await AskAsync(server, "sampling/createMessage", """{"messages":[],"maxTokens":1}""");
        Assert.Equal(-32601, (int)(await server.NextAsync("answer"))["error"]!["code"]!);
        await AskAsync(server, "roots/list", "{}");
        Assert.Equal(-32601, (int)(await server.NextAsync("answer"))["error"]!["code"]!);
    }

    [Fact(Timeout = 10_000)]
    public async Task Sampling_and_roots_are_answered_by_their_handlers()
    {
        await using var rig = await RigAsync(new()
        {
            Sampling = (context, _) => ValueTask.FromResult(new CreateMessageResult { Model = "m", Role = Role.Assistant, Content = [new TextContentBlock { Text = $"{context.ServerId}:{context.Params.MaxTokens}" }] }),
            SamplingTools = true,
            Roots = (context, _) => ValueTask.FromResult(new ListRootsResult { Roots = [new Root { Uri = $"file:///{context.ServerId}" }] }),
        });
        var server = await rig.LaunchedAsync("a");
        Assert.Equal("""{"roots":{},"sampling":{"tools":{}},"elicitation":{"form":{},"url":{}}}""", server.Opening!["capabilities"]!.ToJsonString());
        await rig.Manager.GetClientAsync("a", Cancelled);

        await AskAsync(server, "roots/list", "{}");
        Assert.Equal("file:///a", (string?)(await server.NextAsync("answer"))["result"]!["roots"]![0]!["uri"]);
        await AskAsync(server, "sampling/createMessage", """{"messages":[],"maxTokens":7}""");
        Assert.Contains("a:7", (await server.NextAsync("answer"))["result"]!.ToJsonString());
    }

    [Fact(Timeout = 10_000)]
    public async Task A_handler_that_throws_declines_or_fails_and_harms_nothing()
    {
        await using var rig = await RigAsync(new()
        {
            Elicitation = (_, _) => throw new InvalidOperationException("secret"),
            Sampling = (_, _) => throw new InvalidOperationException("secret"),
            Roots = (_, _) => throw new McpProtocolException("not now", (McpErrorCode)(-7)),
        });
        var server = await rig.LaunchedAsync("a");
        var client = await rig.Manager.GetClientAsync("a", Cancelled);

        await AskAsync(server, "elicitation/create", Form);
        Assert.Equal("""{"action":"decline"}""", (await server.NextAsync("answer"))["result"]!.ToJsonString());
        await AskAsync(server, "sampling/createMessage", """{"messages":[],"maxTokens":7}""");
        Assert.Equal("""{"code":-32603,"message":"The handler of sampling/createMessage failed."}""", (await server.NextAsync("answer"))["error"]!.ToJsonString());
        await AskAsync(server, "roots/list", "{}");
        Assert.Equal("""{"code":-7,"message":"not now"}""", (await server.NextAsync("answer"))["error"]!.ToJsonString());
        Assert.NotEmpty(await client.ListToolsAsync(cancellationToken: Cancelled));
    }

    [Fact(Timeout = 10_000)]
    public async Task A_handler_that_hangs_is_left_when_its_call_is_given_up()
    {
        var asked = new TaskCompletionSource<CancellationToken>();
        await using var rig = await RigAsync(new()
        {
            Elicitation = async (_, token) =>
            {
                asked.TrySetResult(token);
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, CancellationToken.None);
                return new ElicitResult();
            },
        });
        var server = await rig.LaunchedAsync("a");
        var client = await rig.Manager.GetClientAsync("a", Cancelled);
        using var giveUp = new CancellationTokenSource();
        var call = client.CallToolAsync("wait", cancellationToken: giveUp.Token).AsTask();
        await server.NextAsync("tools/call");
        await AskAsync(server, "elicitation/create", Form);
        var token = await asked.Task;

        await giveUp.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        Assert.Equal("""{"action":"decline"}""", (await server.NextAsync("answer"))["result"]!.ToJsonString());
        Assert.True(token.IsCancellationRequested);
    }

    [Fact(Timeout = 10_000)]
    public async Task A_server_that_takes_its_question_back_cancels_the_handler()
    {
        var asked = new TaskCompletionSource();
        var cancelled = new TaskCompletionSource();
        await using var rig = await RigAsync(new()
        {
            Elicitation = async (_, token) =>
            {
                await using var registration = token.Register(() => cancelled.TrySetResult());
                asked.TrySetResult();
                await cancelled.Task;
                return new ElicitResult { Action = "accept" };
            },
        });
        var server = await rig.LaunchedAsync("a");
        await rig.Manager.GetClientAsync("a", Cancelled);
        await AskAsync(server, "elicitation/create", Form);
        await asked.Task;

        await server.SayAsync("""{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":"q"}}""");
        await cancelled.Task;
        Assert.False(server.HasHeard("answer"));
    }

    [Fact(Timeout = 10_000)]
    public async Task Handlers_outlast_the_restarts_of_a_server()
    {
        await using var rig = await RigAsync(new() { Elicitation = (_, _) => ValueTask.FromResult(new ElicitResult { Action = "accept" }) });
        await rig.LaunchedAsync("a");
        await rig.Manager.GetClientAsync("a", Cancelled);
        await rig.Manager.RestartServerAsync("a", Cancelled);

        var next = await rig.LaunchedAsync("a");
        await AskAsync(next, "elicitation/create", Form);
        Assert.Equal("accept", (string?)(await next.NextAsync("answer"))["result"]!["action"]);
    }

    [Fact(Timeout = 10_000)]
    public async Task What_servers_say_is_heard_though_nobody_has_called_them()
    {
        var heard = Channel.CreateUnbounded<string>();
        await using var rig = await RigAsync(new()
        {
            Logging = (context, _) => Note(heard, $"{context.ServerId} {context.Params.Level} {context.Params.Data}"),
            ListChanged = (context, _) => Note(heard, $"{context.ServerId} {context.Params}"),
            ResourceUpdated = (context, _) => Note(heard, $"{context.ServerId} {context.Params.Uri}"),
            UrlElicitation = (context, _) =>
            {
                heard.Writer.TryWrite($"{context.ServerId} {context.Params.Url} {context.Params.ElicitationId}");
                return ValueTask.FromResult(new ElicitResult { Action = "accept" });
            },
            ElicitationCompleted = (context, _) => Note(heard, $"{context.ServerId} {context.Params.ElicitationId}"),
        });
        var server = await rig.LaunchedAsync("a");
        await rig.Manager.GetClientAsync("a", Cancelled);

        await server.SayAsync("""{"jsonrpc":"2.0","method":"notifications/message","params":{"level":"warning","data":"hot"}}""");
        await HearAsync(heard, "a Warning hot"); // what it has when it starts counts as a change, too
        server.Tools.Add("more");
        await server.SayAsync("""{"jsonrpc":"2.0","method":"notifications/tools/list_changed"}""");
        await HearAsync(heard, "a Tools");
        await AskAsync(server, "elicitation/create", Page);
        await HearAsync(heard, "a https://example.org/ e1");
        await server.SayAsync("""{"jsonrpc":"2.0","method":"notifications/elicitation/complete","params":{"elicitationId":"e1"}}""");
        await HearAsync(heard, "a e1");
    }

    [Fact(Timeout = 10_000)]
    public async Task Progress_and_log_messages_say_to_which_call_they_belong()
    {
        var heard = Channel.CreateUnbounded<string>();
        await using var rig = await RigAsync(new()
        {
            Progress = (context, _) => Note(heard, $"{context.Params.Progress.Progress} {context.Call?.Target}"),
            Logging = (context, _) => Note(heard, $"{context.Params.Data} {context.Call?.Target}"),
        });
        var server = await rig.LaunchedAsync("a");
        var client = await rig.Manager.GetClientAsync("a", Cancelled);
        _ = client.CallToolAsync("wait", progress: new Progress<ProgressNotificationValue>(), cancellationToken: Cancelled).AsTask();
        var request = await server.NextAsync("tools/call");

        await server.ProgressAsync(request, 1);
        Assert.Equal("1 wait", await heard.Reader.ReadAsync(Cancelled));
        await server.SayAsync("""{"jsonrpc":"2.0","method":"notifications/message","params":{"level":"info","data":"one"}}""");
        Assert.Equal("one wait", await heard.Reader.ReadAsync(Cancelled));
        _ = client.CallToolAsync("other", cancellationToken: Cancelled).AsTask();
        await server.NextAsync("tools/call");
        await server.SayAsync("""{"jsonrpc":"2.0","method":"notifications/message","params":{"level":"info","data":"two"}}""");
        Assert.Equal("two ", await heard.Reader.ReadAsync(Cancelled));
    }

    [Fact(Timeout = 10_000)]
    public async Task A_page_that_must_be_visited_first_is_an_error_that_names_it()
    {
        await using var rig = await RigAsync(new());
        var server = await rig.LaunchedAsync("a");
        var client = await rig.Manager.GetClientAsync("a", Cancelled);
        var call = client.CallToolAsync("wait", cancellationToken: Cancelled).AsTask();
        var request = await server.NextAsync("tools/call");
        await server.SayAsync($$$$"""{"jsonrpc":"2.0","id":{{{{request["id"]!.ToJsonString()}}}},"error":{"code":-32042,"message":"first","data":{"elicitations":[{{{{Page}}}}]}}}""");

        var failure = await Assert.ThrowsAsync<UrlElicitationRequiredException>(() => call);
        Assert.Equal("https://example.org/", Assert.Single(failure.Elicitations).Url);
    }

    private static Func<HandlerContext<ElicitRequestParams>, CancellationToken, ValueTask<ElicitResult>> Accept(Channel<HandlerContext<ElicitRequestParams>> asked) => (context, _) =>
    {
        asked.Writer.TryWrite(context);
        return ValueTask.FromResult(new ElicitResult { Action = "accept" });
    };

    private static async Task HearAsync(Channel<string> heard, string text)
    {
        while (await heard.Reader.ReadAsync(Cancelled) != text)
        {
            // Until the test's own time is up.
        }
    }

    private static ValueTask Note(Channel<string> heard, string text) => heard.Writer.WriteAsync(text, Cancelled);

    private static Task AskAsync(ScriptedServer server, string method, string parameters) =>
        server.SayAsync($$$$"""{"jsonrpc":"2.0","id":"q","method":"{{{{method}}}}","params":{{{{parameters}}}}}""");

    private static Task<LibraryRig> RigAsync(ServerHandlers handlers, Action<ScriptedServer>? script = null) =>
        LibraryRig.StartAsync(script, new McpServerManagerOptions { Handlers = handlers }, "a");
}
