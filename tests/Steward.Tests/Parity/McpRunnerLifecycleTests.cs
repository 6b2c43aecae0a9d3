using Steward.Configuration;
using Steward.Registry;
using Steward.Supervision;
using Steward.Tests.Clients;
using Steward.Tests.Gateway;
using Xunit;
using static Steward.Registry.LifecycleEventKind;

namespace Steward.Tests.Parity;

/// <summary>mcp_runner's <c>server</c> module: what has happened to servers, and how they are.</summary>
public sealed class McpRunnerLifecycleTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact(Timeout = 20_000)]
    public async Task Events_are_told_newest_first_of_one_server_or_of_all_and_no_more_than_are_wanted()
    {
        await using var rig = await LibraryRig.StartAsync("a", "b");
        await SeesAsync(rig, 2);
        rig.Time.Advance(TimeSpan.FromSeconds(1));
        await rig.Manager.StopServerAsync("a", Cancelled);
        var events = await SeesAsync(rig, 3);

        Assert.Equal(("a", Stopped), (events[0].Server, events[0].Kind));
        Assert.Equal(rig.Time.GetUtcNow(), events[0].At);
        Assert.Equal([Stopped, Started], rig.Manager.History.GetEvents("a").Select(row => row.Kind));
        Assert.Equal([Started], rig.Manager.History.GetEvents("b").Select(row => row.Kind));
        Assert.Equal(("a", Stopped), Assert.Single(rig.Manager.History.GetEvents(limit: 1)) is var newest ? (newest.Server, newest.Kind) : default);
        Assert.Empty(rig.Manager.History.GetEvents("nobody"));
        Assert.Throws<ArgumentOutOfRangeException>(() => rig.Manager.History.GetEvents(limit: 0));
    }

    [Fact(Timeout = 20_000)]
    public async Task Who_forgets_what_has_happened_forgets_no_status()
    {
        await using var rig = await LibraryRig.StartAsync("a", "b");
        await SeesAsync(rig, 2);

        Assert.InRange(rig.Manager.History.Clear("a"), 1, 2);
        Assert.Equal(["b"], rig.Manager.History.GetEvents().Select(row => row.Server));
        rig.Manager.History.Clear();

        Assert.Empty(rig.Manager.History.GetEvents());
        Assert.Equal(2, rig.Manager.RunningServerCount);
        Assert.Equal(ServerState.Running, rig.Manager.GetStatus("a").State);
    }

    [Fact(Timeout = 20_000)]
    public async Task A_thousand_events_are_kept_and_the_oldest_are_lost()
    {
        await using var standard = new McpServerManager([GatewayRig.Server("a")]);
        await using var small = new McpServerManager([GatewayRig.Server("a")], new McpServerManagerOptions { HistoryLimit = 3 });
        foreach (var manager in (McpServerManager[])[standard, small])
        {
            for (var i = 1; i <= 1_005; i++)
                manager.History.RecordEvent("a", Started, $"{i}");
        }

        var kept = standard.History.GetEvents(limit: 1_000);
        Assert.Equal((1_000, "1005", "6"), (kept.Count, kept[0].Detail, kept[^1].Detail));
        Assert.Equal(["1005", "1004", "1003"], small.History.GetEvents().Select(row => row.Detail));
    }

    /// <summary>There, noting that a server had been restarted made a dead one "Running".</summary>
    [Fact(Timeout = 20_000)]
    public async Task What_a_program_notes_for_itself_stands_among_the_rest_and_makes_no_server_run()
    {
        await using var rig = await LibraryRig.StartAsync(script: null, new McpServerManagerOptions { AutoRestart = false }, "a");
        (await rig.LaunchedAsync("a")).Crash();
        var dead = await rig.Manager.WaitForStatusAsync("a", status => status.State is ServerState.Crashed or ServerState.FailedToStart, Cancelled);
        var before = (await SeesAsync(rig, 2)).Count;

        rig.Manager.History.RecordEvent("a", Restarted, "by hand");
        rig.Manager.History.RecordEvent("elsewhere", Started);

        var events = await SeesAsync(rig, before + 2);
        Assert.Equal([("elsewhere", Started, null), ("a", Restarted, "by hand")], events.Take(2).Select(row => (row.Server, row.Kind, row.Detail)));
        Assert.Equal((dead.State, dead.Version), (rig.Manager.GetStatus("a").State, rig.Manager.GetStatus("a").Version));
        Assert.Null(rig.Manager.FindStatus("elsewhere"));
    }

    [Fact(Timeout = 20_000)]
    public async Task Whoever_notes_at_one_time_nothing_is_lost()
    {
        await using var manager = new McpServerManager([GatewayRig.Server("a")]);

        await Task.WhenAll(Enumerable.Range(0, 8).Select(writer => Task.Run(
            () =>
            {
                for (var i = 0; i < 100; i++)
                {
                    manager.History.RecordEvent($"server-{writer}", Started, $"{i}");
                    _ = manager.History.GetEvents(limit: 10);
                }
            },
            Cancelled)));

        for (var writer = 0; writer < 8; writer++)
            Assert.Equal(Enumerable.Range(0, 100).Reverse().Select(i => $"{i}"), manager.History.GetEvents($"server-{writer}").Select(row => row.Detail));
        Assert.Equal(800, manager.History.GetEvents(limit: 1_000).Count);
    }

    /// <summary>There, health was what had been noted of a server; nobody asked it.</summary>
    [Theory(Timeout = 20_000)]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Health_is_unknown_until_a_server_was_asked_and_after_three_silences_it_is_restarted_where_that_is_wanted(bool autoRestart)
    {
        var server = GatewayRig.Server("a") with { Health = new HealthPolicy() };
        await using var rig = await LibraryRig.StartAsync(script: null, new McpServerManagerOptions { AutoRestart = autoRestart }, server);
        var process = await rig.LaunchedAsync("a");
        Assert.Equal(ServerHealth.Unknown, rig.Manager.GetStatus("a").Health);
        await AskAsync(ServerHealth.Healthy);
        process.HasHeard("whatever came before");

        process.Keeps = "ping";
        rig.Time.Advance(TimeSpan.FromSeconds(30));
        await SilenceAsync();
        Assert.Contains("5 s", (await rig.Manager.WaitForStatusAsync("a", status => status.Health == ServerHealth.Degraded, Cancelled)).LastError, StringComparison.Ordinal);
        for (var failure = 2; failure <= 3; failure++)
        {
            var check = rig.Manager.CheckHealthAsync("a", Cancelled); // counts like the others
            await SilenceAsync();
            Assert.Equal(failure < 3, (await check).State == ServerState.Running);
        }

        if (autoRestart)
        {
            var waiting = await rig.Manager.WaitForStatusAsync("a", status => status.State == ServerState.Restarting, Cancelled);
            rig.Time.Advance(waiting.NextRetryAt!.Value - rig.Time.GetUtcNow());
            await rig.LaunchedAsync("a");
            Assert.Equal(1, (await rig.RunsAsync("a")).Restarts);
            await AskAsync(ServerHealth.Healthy);
        }
        else
        {
            var last = await rig.Manager.WaitForStatusAsync("a", status => status.State is ServerState.Crashed or ServerState.FailedToStart, Cancelled);
            Assert.Equal(ServerState.Crashed, (await rig.Manager.CheckHealthAsync("a", Cancelled)).State); // asking again wakes nobody
            Assert.Equal((null, 0), (last.NextRetryAt, last.Restarts));
        }

        async Task AskAsync(ServerHealth expected)
        {
            rig.Time.Advance(TimeSpan.FromSeconds(30)); // the default interval
            await rig.Manager.WaitForStatusAsync("a", status => status.Health == expected, Cancelled);
        }

        async Task SilenceAsync()
        {
            await process.NextAsync("ping");
            rig.Time.Advance(TimeSpan.FromSeconds(5)); // the default time-out
        }
    }

    /// <summary>The history is written down by a reader of the statuses, which may lag a little behind them.</summary>
    private static async Task<IReadOnlyList<LifecycleEvent>> SeesAsync(LibraryRig rig, int count)
    {
        while (true)
        {
            if (rig.Manager.History.GetEvents() is { } events && events.Count >= count)
                return events;
            await Task.Yield();
        }
    }
}
