using ModelContextProtocol.Protocol;

namespace Steward.TestServer.Fixture;

/// <summary>Tools that make traffic: progress, logs, large results, results that take their time.</summary>
internal static class TrafficTools
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(50);

    public static FixtureTool[] All { get; } =
    [
        new("test_tool_with_logging", "Logs three times", LogThriceAsync),
        new("test_logging_tool", "Logs three times", LogThriceAsync),
        new("test_tool_with_progress", "Reports progress three times", ProgressThriceAsync),
        new("progress_steps", "Reports progress three times, with pauses", StepsAsync),
        new("test_reconnection", "Takes long enough for a stream to be closed and resumed", ReconnectAsync),
        new("echo", "Returns its text", (call, _) => Task.FromResult(Messages.Text(call.Text("text"))))
        {
            InputSchema = """{"type":"object","properties":{"text":{"type":"string"}},"required":["text"]}""",
        },
        new("test_custom_header", "Returns its text, which a header repeats", (call, _) => Task.FromResult(Messages.Text(call.Text("region"))))
        {
            InputSchema = """{"type":"object","properties":{"region":{"type":"string","x-mcp-header":"Region"}},"required":["region"]}""",
        },
        new("progress_burst", "Reports progress `count` times right before its result", BurstAsync)
        {
            InputSchema = """{"type":"object","properties":{"count":{"type":"integer"}}}""",
        },
        new("sleep", "Waits `ms`; notes `label` when it is cancelled", SleepAsync)
        {
            InputSchema = """{"type":"object","properties":{"ms":{"type":"integer"},"label":{"type":"string"}}}""",
        },
        new("big", "Returns `bytes` letters", (call, _) => Task.FromResult(Messages.Text(new string('x', call.Number("bytes", 1 << 20)))))
        {
            InputSchema = """{"type":"object","properties":{"bytes":{"type":"integer"}}}""",
        },
        new("log", "Logs `text` at `level`", LogAsync)
        {
            InputSchema = """{"type":"object","properties":{"level":{"type":"string"},"text":{"type":"string"}}}""",
        },
    ];

    private static async Task<CallToolResult> LogThriceAsync(FixtureCall call, CancellationToken cancellationToken)
    {
        await call.LogAsync("info", "Tool execution started", cancellationToken);
        await PauseAsync(Step, cancellationToken);
        await call.LogAsync("info", "Tool processing data", cancellationToken);
        await PauseAsync(Step, cancellationToken);
        await call.LogAsync("info", "Tool execution completed", cancellationToken);
        return Messages.Text("Logged three messages.");
    }

    private static async Task<CallToolResult> ProgressThriceAsync(FixtureCall call, CancellationToken cancellationToken)
    {
        await call.ReportAsync(0, 100, cancellationToken);
        await PauseAsync(Step, cancellationToken);
        await call.ReportAsync(50, 100, cancellationToken);
        await PauseAsync(Step, cancellationToken);
        await call.ReportAsync(100, 100, cancellationToken);
        return Messages.Text("Reported progress three times.");
    }

    private static async Task<CallToolResult> StepsAsync(FixtureCall call, CancellationToken cancellationToken)
    {
        for (var step = 1; step <= 3; step++)
        {
            await call.ReportAsync(step, 3, cancellationToken);
            await PauseAsync(Step, cancellationToken);
        }

        return Messages.Text("3 steps");
    }

    // Over stdio a server has no stream that it could close. The log makes a front open one for this call, and the pause
    // gives it the time to close and resume it.
    private static async Task<CallToolResult> ReconnectAsync(FixtureCall call, CancellationToken cancellationToken)
    {
        await call.LogAsync("info", "Waiting for the stream to be resumed", cancellationToken);
        await PauseAsync(Step, cancellationToken);
        return Messages.Text("Reconnection test completed.");
    }

    private static async Task<CallToolResult> BurstAsync(FixtureCall call, CancellationToken cancellationToken)
    {
        var count = call.Number("count", 10);
        for (var i = 1; i <= count; i++)
            await call.ReportAsync(i, count, cancellationToken);
        return Messages.Text($"{count} sent");
    }

    private static async Task<CallToolResult> SleepAsync(FixtureCall call, CancellationToken cancellationToken)
    {
        call.State.Begun.Enqueue(call.Text("label"));
        try
        {
            await PauseAsync(TimeSpan.FromMilliseconds(call.Number("ms", 60_000)), cancellationToken);
            return Messages.Text("slept");
        }
        catch (OperationCanceledException)
        {
            call.State.Cancelled.Enqueue(call.Text("label"));
            throw;
        }
    }

    private static async Task<CallToolResult> LogAsync(FixtureCall call, CancellationToken cancellationToken)
    {
        await call.LogAsync(call.Text("level", "info"), call.Text("text"), cancellationToken);
        return Messages.Text("logged");
    }

    private static Task PauseAsync(TimeSpan duration, CancellationToken cancellationToken) =>
        Task.Delay(duration, TimeProvider.System, cancellationToken);
}
