using ModelContextProtocol;
using Steward.Server.Metrics;
using Steward.Supervision;
using Steward.Telemetry;
using Steward.Upstreams;
using Xunit;

namespace Steward.Tests.Clients;

public sealed class StatisticsTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact(Timeout = 10_000)]
    public async Task What_is_said_over_a_connection_is_counted()
    {
        await using var rig = await LibraryRig.StartAsync("files");
        var process = await rig.LaunchedAsync("files");
        await rig.Manager.CallToolAsync("files", "echo", cancellationToken: Cancelled);
        process.HasHeard("tools/call");
        var before = Measure(rig);

        var call = rig.Manager.CallToolAsync("files", "wait", cancellationToken: Cancelled);
        var request = await process.NextAsync("tools/call");
        Assert.Equal((1, before.MessagesSent + 1), (Measure(rig).Pending, Measure(rig).MessagesSent));
        await process.SayAsync("no message at all");
        await process.SayAsync("""{"jsonrpc":"2.0","id":987654,"result":{}}""");
        rig.Time.Advance(TimeSpan.FromSeconds(2));
        await process.SayAsync($$"""{"jsonrpc":"2.0","id":{{request["id"]}},"error":{"code":-32602,"message":"no"} }""");
        await Assert.ThrowsAsync<McpProtocolException>(() => call);
        rig.Time.Advance(TimeSpan.FromSeconds(3));

        var after = Measure(rig);
        Assert.Equal(
            (before.MessagesSent + 1, before.MessagesReceived + 2, before.Errors + 1, 0, 1L, 1L, TimeSpan.FromSeconds(3)),
            (after.MessagesSent, after.MessagesReceived, after.Errors, after.Pending, after.Stray, after.Noise, after.SilentFor));
        Assert.Equal(rig.Manager.GetStatus("files").RunningSince, after.ConnectedAt);
    }

    [Fact(Timeout = 10_000)]
    public async Task Each_connection_begins_with_nothing_and_without_one_there_is_nothing()
    {
        await using var rig = await LibraryRig.StartAsync("files");
        for (var i = 0; i < 100; i++)
            await rig.Manager.CallToolAsync("files", "echo", cancellationToken: Cancelled);
        Assert.True(Measure(rig).MessagesSent > 100);

        await rig.Manager.StopServerAsync("files", Cancelled);
        Assert.Null(rig.Manager.GetStatistics("files"));
        await rig.Manager.StartServerAsync("files", Cancelled);

        Assert.InRange(Measure(rig).MessagesSent, 1, 99);
        Assert.Throws<UnknownServerException>(() => rig.Manager.GetStatistics("fils"));
    }

    [Fact(Timeout = 10_000)]
    public async Task The_metrics_have_it_too()
    {
        var id = $"counted-{Guid.NewGuid():N}"; // other tests have servers as well
        await using var rig = await LibraryRig.StartAsync(id);
        using var metrics = new MetricsCollector(meter => meter.Name == StewardTelemetry.Name);
        await rig.Manager.CallToolAsync(id, "echo", cancellationToken: Cancelled);

        var said = rig.Manager.GetStatistics(id)!;
        var lines = metrics.Collect().Split('\n');

        Assert.Contains($"steward_server_messages_total{{steward_server_id=\"{id}\",steward_message_direction=\"sent\"}} {said.MessagesSent}", lines);
        Assert.Contains($"steward_server_messages_total{{steward_server_id=\"{id}\",steward_message_direction=\"received\"}} {said.MessagesReceived}", lines);
        Assert.Contains($"steward_server_errors_total{{steward_server_id=\"{id}\"}} {said.Errors}", lines);
    }

    private static ConnectionStatistics Measure(LibraryRig rig) => rig.Manager.GetStatistics("files")!;
}
