using Steward.Configuration;
using Steward.Events;
using Steward.Tests.Testing;
using Xunit;

namespace Steward.Tests.Events;

public sealed class HealthEventTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact(Timeout = 10_000)]
    public async Task That_health_changes_is_told_once_with_its_reason_and_that_it_is_good_from_the_first_is_not_told()
    {
        await using var fleet = new Fleet(Fleet.Server(health: new HealthPolicy { Interval = Timeout.InfiniteTimeSpan, FailureThreshold = 3 }));
        await using var bus = new EventBus(time: fleet.Time);
        await using var events = bus.ReadAsync(new EventFilter { Names = [EventNames.ServerHealthChanged, EventNames.ServerDisconnected] }, after: 0, Cancelled).GetAsyncEnumerator(Cancelled);
        await using var source = new ManagerEvents(fleet.Manager, bus);
        var isWell = true;
        var run = await fleet.Run(Arrange);
        foreach (var well in (bool[])[true, false, false, true])
        {
            isWell = well;
            await fleet.Manager.CheckHealthAsync(Fleet.Only, Cancelled);
        }

        Assert.Equal((EventNames.ServerHealthChanged, "files", "degraded", "healthy", "it hangs"), await NextAsync());
        Assert.Equal((EventNames.ServerHealthChanged, "files", "healthy", "degraded", null), await NextAsync());

        isWell = false;
        await fleet.Manager.CheckHealthAsync(Fleet.Only, Cancelled);
        Assert.Equal((EventNames.ServerHealthChanged, "files", "degraded", "healthy", "it hangs"), await NextAsync());
        run.Crash("gone");
        Assert.Equal(EventNames.ServerDisconnected, (await NextAsync()).Name);

        // It was ill when it was last heard of, so that it is well now is news.
        isWell = true;
        await fleet.WaitOutRetry();
        await fleet.Ready(Arrange);
        await fleet.Manager.CheckHealthAsync(Fleet.Only, Cancelled);
        Assert.Equal((EventNames.ServerHealthChanged, "files", "healthy", "degraded", null), await NextAsync());

        void Arrange(FakeRun run) => run.OnProbe = _ => isWell ? Task.CompletedTask : throw new IOException("it hangs");

        async Task<(string Name, string? Server, string? Health, string? Before, string? Reason)> NextAsync()
        {
            Assert.True(await events.MoveNextAsync());
            var happened = events.Current;
            return (happened.Name, happened.Text("server_id"), happened.Text("health"), happened.Text("previous_health"), happened.Text("reason"));
        }
    }
}
