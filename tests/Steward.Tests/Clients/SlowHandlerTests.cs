using ModelContextProtocol.Protocol;
using Steward.Clients;
using Steward.Tests.Gateway;
using Steward.Tests.Testing;
using Xunit;

namespace Steward.Tests.Clients;

/// <summary>What becomes of calls and servers whose handlers think, block or fail.</summary>
public sealed class SlowHandlerTests
{
    private const string Form = """{"jsonrpc":"2.0","id":"q","method":"elicitation/create","params":{"message":"sure?","requestedSchema":{"type":"object","properties":{"ok":{"type":"boolean"}}}}}""";

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact(Timeout = 10_000)]
    public async Task The_time_of_a_call_stands_still_while_a_person_thinks_and_begins_anew_with_the_answer()
    {
        var thinks = new TaskCompletionSource();
        var decides = new TaskCompletionSource();
        var handlers = new ServerHandlers
        {
            Elicitation = async (_, _) =>
            {
                thinks.TrySetResult();
                await decides.Task;
                return new ElicitResult { Action = "accept" };
            },
        };
        await using var rig = await LibraryRig.StartAsync(script: null, new McpServerManagerOptions { Handlers = handlers }, GatewayRig.Server("a") with { RequestTimeout = TimeSpan.FromMinutes(5) });
        var server = await rig.LaunchedAsync("a");
        var call = rig.Manager.CallToolAsync("a", "wait", cancellationToken: Cancelled);
        await server.NextAsync("tools/call");
        await server.SayAsync(Form);
        await thinks.Task;
        rig.Time.Advance(TimeSpan.FromMinutes(6)); // one more than a request may take
        decides.SetResult();
        Assert.Equal("accept", (string?)(await server.NextAsync("answer"))["result"]!["action"]);
        rig.Time.Advance(TimeSpan.FromMinutes(4));
        Assert.False(call.IsCompleted);

        rig.Time.Advance(TimeSpan.FromMinutes(2));
        await Assert.ThrowsAsync<TimeoutException>(() => call);
    }

    [Fact(Timeout = 10_000)]
    public async Task A_person_who_thinks_for_too_long_ends_the_call_and_is_not_waited_for()
    {
        var thinks = new TaskCompletionSource<CancellationToken>();
        await using var rig = await LibraryRig.StartAsync(
            script: null,
            new McpServerManagerOptions
            {
                Handlers = new()
                {
                    Elicitation = async (_, token) =>
                    {
                        thinks.SetResult(token);
                        await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token);
                        return new ElicitResult { Action = "accept" };
                    },
                },
            },
            GatewayRig.Server("a") with { RequestTimeout = TimeSpan.FromMinutes(1) });
        var server = await rig.LaunchedAsync("a");
        var call = rig.Manager.CallToolAsync("a", "wait", cancellationToken: Cancelled);
        await server.NextAsync("tools/call");
        await server.SayAsync(Form);
        var token = await thinks.Task;
        rig.Time.Advance(TimeSpan.FromMinutes(9));
        Assert.False(call.IsCompleted || token.IsCancellationRequested);

        rig.Time.Advance(TimeSpan.FromMinutes(2)); // one more than gateway.limits.parkedMs
        Assert.Contains("gateway.limits.parkedMs", (await Assert.ThrowsAsync<TimeoutException>(() => call)).Message, StringComparison.Ordinal);
        Assert.Equal("decline", (string?)(await server.NextAsync("answer"))["result"]!["action"]);
        Assert.True(token.IsCancellationRequested);
    }

    [Fact(Timeout = 10_000)]
    public async Task A_handler_that_blocks_its_thread_is_declined_when_nobody_waits_any_more()
    {
        using var goesOn = new ManualResetEventSlim();
        var asked = new TaskCompletionSource();
        await using var rig = await RigAsync(new()
        {
            Elicitation = (_, _) =>
            {
                asked.SetResult();
                goesOn.Wait(Cancelled);
                return ValueTask.FromResult(new ElicitResult { Action = "accept" });
            },
        });
        var server = await rig.LaunchedAsync("a");
        var client = await rig.Manager.GetClientAsync("a", Cancelled);
        var call = client.CallToolAsync("wait", cancellationToken: Cancelled).AsTask();
        var request = await server.NextAsync("tools/call");
        await server.SayAsync(Form);
        await asked.Task;

        await server.AnswerAsync(request);
        await call;

        Assert.Equal("decline", (string?)(await server.NextAsync("answer"))["result"]!["action"]);
        goesOn.Set();
    }

    [Fact(Timeout = 10_000)]
    public async Task A_handler_that_answers_with_nothing_declines()
    {
        await using var rig = await RigAsync(new() { Elicitation = static (_, _) => ValueTask.FromResult<ElicitResult>(null!) });
        var server = await rig.LaunchedAsync("a");
        await rig.Manager.GetClientAsync("a", Cancelled);

        await server.SayAsync(Form);

        Assert.Equal("decline", (string?)(await server.NextAsync("answer"))["result"]!["action"]);
    }

    [Fact(Timeout = 10_000)]
    public async Task A_handler_that_fails_each_time_is_warned_of_once()
    {
        var log = new FakeLoggerFactory();
        await using var rig = await LibraryRig.StartAsync(
            script: null,
            new McpServerManagerOptions { LoggerFactory = log, Handlers = new() { Logging = static (_, _) => throw new InvalidOperationException("no") } },
            "a");
        var server = await rig.LaunchedAsync("a");
        await rig.Manager.GetClientAsync("a", Cancelled);

        for (var i = 0; i < 2; i++)
            await server.SayAsync("""{"jsonrpc":"2.0","method":"notifications/message","params":{"level":"info","data":"one"}}""");

        await log.Sees(line => line == "Warning: Server 'a': a handler of notifications/message failed; further failures are logged as debug", Cancelled);
        await log.Sees(line => line == "Debug: Server 'a': a handler of notifications/message failed again", Cancelled);
    }

    private static Task<LibraryRig> RigAsync(ServerHandlers handlers) =>
        LibraryRig.StartAsync(script: null, new McpServerManagerOptions { Handlers = handlers }, "a");
}
