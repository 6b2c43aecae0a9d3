using Steward.Configuration;
using Steward.Supervision;
using Steward.Tests.Testing;
using Xunit;

namespace Steward.Tests.Supervision;

public sealed class MonitoringTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact(Timeout = 10_000)]
    public async Task A_run_that_begins_to_serve_in_the_moment_in_which_watching_begins_is_watched()
    {
        await using var fleet = new Fleet();
        fleet.Manager.StopMonitoring();
        var heard = new List<bool>();

        await fleet.Run(run => run.OnWatch = isOn =>
        {
            heard.Add(isOn);
            if (!isOn)
                fleet.Manager.StartMonitoring();
        });
        await fleet.Manager.PassAsync(Fleet.Only, Cancelled);

        Assert.Equal([false, true], heard);
    }

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

    [Theory(Timeout = 10_000)]
    [InlineData(1, 1)]
    [InlineData(2, 3)]
    [InlineData(3, 3)] // one more would be one too many
    public async Task Switching_it_off_and_on_is_no_failure_however_often_it_is_done(int failures, int mostRestarts)
    {
        await using var fleet = new Fleet(Fleet.Server(restart: new RestartPolicy { MaxRestartAttempts = mostRestarts }));
        fleet.Manager.StartAll();
        var waiting = await FailAsync(fleet, failures);
        var wait = waiting.NextRetryAt - fleet.Time.GetUtcNow();

        for (var round = 0; round < 3; round++)
        {
            fleet.Manager.StopMonitoring();
            Assert.Equal(failures, (await fleet.Reaches(ServerState.Crashed)).ConsecutiveFailures);
            fleet.Manager.StartMonitoring();
            waiting = await fleet.Reaches(ServerState.Restarting);
            Assert.Equal((failures, wait), (waiting.ConsecutiveFailures, waiting.NextRetryAt - fleet.Time.GetUtcNow()));
        }
    }

    [Fact(Timeout = 10_000)]
    public async Task What_fails_while_nobody_watches_is_told_as_it_is_and_restarts_nothing_then_or_later()
    {
        await using var fleet = new Fleet(Fleet.Server(health: new HealthPolicy { Interval = Timeout.InfiniteTimeSpan, FailureThreshold = 2 }));
        var isWell = false;
        await fleet.Run(run => run.OnProbe = _ => isWell ? Task.CompletedTask : throw new InvalidOperationException("it hangs"));
        Assert.Equal((ServerState.Running, ServerHealth.Degraded), await CheckAsync());
        fleet.Manager.StopMonitoring();
        Assert.Equal((ServerState.Running, ServerHealth.Unhealthy), await CheckAsync());
        Assert.Equal((ServerState.Running, ServerHealth.Unhealthy), await CheckAsync());

        fleet.Manager.StartMonitoring();
        Assert.Equal((ServerState.Running, ServerHealth.Unhealthy), await CheckAsync());
        isWell = true;
        Assert.Equal((ServerState.Running, ServerHealth.Healthy), await CheckAsync());
        isWell = false;
        Assert.Equal((ServerState.Running, ServerHealth.Degraded), await CheckAsync());
        fleet.Manager.StopMonitoring();
        fleet.Manager.StartMonitoring();
        Assert.Equal(ServerState.Running, (await CheckAsync()).State);
        await fleet.Manager.CheckHealthAsync(Fleet.Only, Cancelled);
        await fleet.Reaches(ServerState.Restarting);

        async Task<(ServerState State, ServerHealth Health)> CheckAsync() =>
            await fleet.Manager.CheckHealthAsync(Fleet.Only, Cancelled) is var status ? (status.State, status.Health) : default;
    }

    [Fact(Timeout = 10_000)]
    public async Task A_server_that_was_ill_unwatched_has_to_run_healthy_before_its_failures_are_forgotten()
    {
        await using var fleet = new Fleet(Fleet.Server(health: new HealthPolicy { Interval = Timeout.InfiniteTimeSpan, FailureThreshold = 1 }));
        var isWell = false;
        fleet.Manager.StartAll();
        await FailAsync(fleet, 1);
        await fleet.WaitOutRetry();
        await fleet.Ready(run => run.OnProbe = _ => isWell ? Task.CompletedTask : throw new InvalidOperationException("it hangs"));
        fleet.Manager.StopMonitoring();
        Assert.Equal(ServerHealth.Unhealthy, (await fleet.Manager.CheckHealthAsync(Fleet.Only, Cancelled)).Health);
        fleet.Time.Advance(new RestartPolicy().ResetAfter);
        isWell = true;
        Assert.Equal((ServerHealth.Healthy, 1), await fleet.Manager.CheckHealthAsync(Fleet.Only, Cancelled) is var ill ? (ill.Health, ill.ConsecutiveFailures) : default);

        fleet.Time.Advance(new RestartPolicy().ResetAfter);
        await fleet.Sees(status => status.ConsecutiveFailures == 0);
    }

    [Fact(Timeout = 10_000)]
    public async Task A_check_ends_with_the_run_that_it_looks_at()
    {
        await using var fleet = new Fleet();
        var probing = new TaskCompletionSource();
        var run = await fleet.Run(run => run.OnProbe = async cancellationToken =>
        {
            probing.TrySetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, fleet.Time, cancellationToken);
        });
        var check = fleet.Manager.CheckHealthAsync(Fleet.Only, Cancelled);
        await probing.Task;
        run.Crash("gone");

        var status = await check;
        Assert.Equal((ServerState.Restarting, "gone"), (status.State, status.LastError));
    }

    private static async Task<ServerStatus> FailAsync(Fleet fleet, int times)
    {
        while (true)
        {
            (await fleet.NextLaunch()).Fail("no");
            var status = await fleet.Sees(status => status.State == ServerState.Restarting);
            if (status.ConsecutiveFailures == times)
                return status;
            await fleet.WaitOutRetry();
        }
    }
}
