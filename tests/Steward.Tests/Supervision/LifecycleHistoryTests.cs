using Steward.Registry;
using Steward.Supervision;
using Steward.Tests.Clients;
using Xunit;

namespace Steward.Tests.Supervision;

/// <summary>What a manager of a program's own remembers of its servers.</summary>
public sealed class LifecycleHistoryTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact(Timeout = 10_000)]
    public async Task Events_come_newest_first_of_one_server_or_all_as_many_as_wanted_until_they_are_cleared()
    {
        await using var rig = await LibraryRig.StartAsync("a", "b");
        var history = rig.Manager.History;
        await SeesAsync(rig, 2);
        await rig.Manager.StopServerAsync("a", Cancelled);
        await SeesAsync(rig, 3);
        rig.Time.Advance(TimeSpan.FromSeconds(1));
        history.RecordEvent("a", LifecycleEventKind.Failed, "seen by the program");

        Assert.Equal([("a", LifecycleEventKind.Failed, "seen by the program"), ("a", LifecycleEventKind.Stopped, null)], history.GetEvents(limit: 2).Select(happened => (happened.Server, happened.Kind, happened.Detail)));
        Assert.Equal([LifecycleEventKind.Failed, LifecycleEventKind.Stopped, LifecycleEventKind.Started], history.GetEvents("a").Select(happened => happened.Kind));
        Assert.Equal(rig.Time.GetUtcNow(), history.GetEvents()[0].At);
        Assert.Equal([ConnectionOutcome.Open, ConnectionOutcome.Stopped], history.GetConnections().OrderBy(connection => connection.Outcome).Select(connection => connection.Outcome));
        Assert.Throws<ArgumentOutOfRangeException>(() => history.GetEvents(limit: 0));

        Assert.Equal(4, history.Clear("a")); // three events and a connection that has ended
        Assert.Equal("b", Assert.Single(history.GetEvents()).Server);
        history.Clear();
        Assert.Empty(history.GetEvents());
        Assert.Equal(ServerState.Running, rig.Manager.GetStatus("b").State);
    }

    [Fact(Timeout = 10_000)]
    public async Task Of_more_than_the_limit_the_newest_are_kept()
    {
        await using var manager = new McpServerManager([], new McpServerManagerOptions { HistoryLimit = 10 });
        for (var i = 0; i < 100; i++)
            manager.History.RecordEvent("x", LifecycleEventKind.Started, $"{i}");

        Assert.Equal(Enumerable.Range(90, 10).Reverse().Select(i => $"{i}"), manager.History.GetEvents().Select(happened => happened.Detail));
    }

    /// <summary>What happens is recorded by a reader of the feed, a moment after it can be seen.</summary>
    private static async Task SeesAsync(LibraryRig rig, int count)
    {
        while (rig.Manager.History.GetEvents().Count < count)
        {
            Cancelled.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }
}
