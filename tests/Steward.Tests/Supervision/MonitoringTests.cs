using Steward.Configuration;
using Steward.Supervision;
using Steward.Tests.Testing;
using Xunit;

namespace Steward.Tests.Supervision;

public sealed class MonitoringTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact(Timeout = 10_000)]
    public async Task Who_crashes_unwatched_stays_so_and_comes_back_when_watched_again()
    {
        await using var fleet = new Fleet();
        var run = await fleet.Run();
        fleet.Manager.StopMonitoring();
        Assert.False(fleet.Manager.IsMonitoring);
        run.Crash("gone");
        await fleet.Reaches(ServerState.Crashed);

        fleet.Manager.StartMonitoring();
        var waiting = await fleet.Reaches(ServerState.Restarting);
        Assert.Equal(1, waiting.ConsecutiveFailures);
        fleet.Time.Advance(TimeSpan.FromSeconds(2));
        await fleet.Ready();
        await fleet.Reaches(ServerState.Running);
    }

    [Fact(Timeout = 10_000)]
    public async Task A_restart_that_waits_is_given_up_and_stopping_and_starting_quickly_is_not_swallowed()
    {
        await using var fleet = new Fleet();
        var run = await fleet.Run();
        run.Crash("gone");
        await fleet.Reaches(ServerState.Restarting);
        fleet.Manager.StopMonitoring();
        var crashed = await fleet.Reaches(ServerState.Crashed);
        Assert.Null(crashed.NextRetryAt);

        fleet.Manager.StartMonitoring();
        fleet.Manager.StopMonitoring();
        fleet.Manager.StartMonitoring();
        var waiting = await fleet.Manager.WaitForStatusAsync(Fleet.Only, status => status.State == ServerState.Restarting && status.Version > crashed.Version + 1, Cancelled);
        Assert.NotNull(waiting.NextRetryAt);
        Assert.True(fleet.Manager.IsMonitoring);
    }

    [Fact(Timeout = 10_000)]
    public async Task Unwatched_servers_are_not_probed_at_intervals()
    {
        await using var fleet = new Fleet(Fleet.Server(health: new HealthPolicy()));
        var run = await fleet.Run(run => run.OnProbe = _ => throw new InvalidOperationException("must not be probed"));
        fleet.Manager.StopMonitoring();
        fleet.Time.Advance(TimeSpan.FromSeconds(31));
        fleet.Time.Advance(TimeSpan.FromSeconds(31));
        await fleet.Manager.WaitUntilSettledAsync(Cancelled);

        Assert.Equal(ServerHealth.Unknown, fleet.Manager.GetStatus(Fleet.Only).Health);
        Assert.Equal(0, run.Probes);
    }

    [Fact(Timeout = 10_000)]
    public async Task A_forced_check_finds_out_now_and_counts_like_any_other()
    {
        await using var fleet = new Fleet();
        var isWell = true;
        await fleet.Run(run => run.OnProbe = _ => isWell ? Task.CompletedTask : throw new InvalidOperationException("it hangs"));
        Assert.Equal(ServerHealth.Healthy, (await fleet.Manager.CheckHealthAsync(Fleet.Only, Cancelled)).Health);

        isWell = false;
        var ill = await fleet.Manager.CheckHealthAsync(Fleet.Only, Cancelled);
        Assert.Equal((ServerHealth.Degraded, "it hangs"), (ill.Health, ill.LastError));
        await fleet.Manager.CheckHealthAsync(Fleet.Only, Cancelled);
        await fleet.Manager.CheckHealthAsync(Fleet.Only, Cancelled);
        await fleet.Reaches(ServerState.Restarting);
    }

    [Fact(Timeout = 10_000)]
    public async Task A_check_of_one_that_does_not_run_asks_nobody()
    {
        await using var fleet = new Fleet();
        var status = await fleet.Manager.CheckHealthAsync(Fleet.Only, Cancelled);
        Assert.Equal((ServerState.Stopped, ServerHealth.Unknown), (status.State, status.Health));
        await Assert.ThrowsAsync<UnknownServerException>(() => fleet.Manager.CheckHealthAsync("nobody", Cancelled));
    }
}
