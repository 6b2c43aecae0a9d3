using Steward.Configuration;
using Steward.Processes;
using Steward.Supervision;
using Steward.Tests.Testing;
using Xunit;

namespace Steward.Tests.Supervision;

public sealed class RestartTests
{
    private static readonly TimeSpan Tick = TimeSpan.FromTicks(1);

    [Fact(Timeout = 10_000)]
    public async Task A_crashed_server_restarts_after_the_delay_and_not_before()
    {
        await using var fleet = new Fleet();
        var run = await fleet.Run();
        var exit = new ProcessExit(3, null, fleet.Time.GetUtcNow(), ["out of memory"]);
        run.Crash("exit code 3", exit);

        var failed = await fleet.Reaches(ServerState.Restarting);
        Assert.Equal(("exit code 3", 1, exit), (failed.LastError, failed.ConsecutiveFailures, failed.LastExit));
        Assert.Equal(fleet.Time.GetUtcNow() + TimeSpan.FromSeconds(1), failed.NextRetryAt);
        Assert.Null(fleet.First.Current);

        fleet.Time.Advance(TimeSpan.FromSeconds(1) - Tick);
        Assert.Equal(ServerState.Restarting, fleet.First.Status.State);
        fleet.Time.Advance(Tick);
        await fleet.Ready();
        var status = fleet.First.Status;
        Assert.Equal((1, 1, null), (status.Restarts, status.ConsecutiveFailures, status.NextRetryAt));
        Assert.Equal(2, fleet.Launcher.Count);
    }

    [Theory(Timeout = 10_000)]
    [InlineData(0, 1000)]
    [InlineData(400, 600)]
    [InlineData(1000, 0)]
    [InlineData(86_400_000, 0)]
    public async Task The_first_wait_counts_from_when_the_server_was_ready(int ranMs, int waitMs)
    {
        await using var fleet = new Fleet();
        var run = await fleet.Run();
        fleet.Time.Advance(TimeSpan.FromMilliseconds(ranMs));
        run.Crash("once");

        Assert.Equal(fleet.Time.GetUtcNow() + TimeSpan.FromMilliseconds(waitMs), (await fleet.Reaches(ServerState.Restarting)).NextRetryAt);
        fleet.Time.Advance(TimeSpan.FromMilliseconds(waitMs));
        var again = await fleet.Ready();

        again.Crash("twice in a row");
        Assert.Equal(fleet.Time.GetUtcNow() + TimeSpan.FromSeconds(2), (await fleet.Reaches(ServerState.Restarting)).NextRetryAt);
    }

    [Fact(Timeout = 10_000)]
    public async Task Shaking_hands_and_dying_does_not_loop_for_ever()
    {
        await using var fleet = new Fleet(Fleet.Server(restart: new RestartPolicy { MaxRestartAttempts = 3 }));
        fleet.Launcher.OnLaunch = launch => launch.Succeed(run => run.Crash("exit code 1"));
        fleet.Manager.StartAll();
        for (var failure = 1; failure <= 3; failure++)
        {
            await fleet.Sees(status => status.State == ServerState.Restarting && status.ConsecutiveFailures == failure);
            await fleet.WaitOutRetry();
        }

        var status = await fleet.Reaches(ServerState.FailedToStart);
        Assert.Equal((4, 3, "exit code 1"), (status.ConsecutiveFailures, status.Restarts, status.LastError));
        fleet.Time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(4, fleet.Launcher.Count);
        Assert.Equal(0, fleet.Time.ArmedTimers);
    }

    [Fact(Timeout = 10_000)]
    public async Task Failures_are_forgotten_after_running_healthy_for_long_enough_and_not_before()
    {
        await using var fleet = new Fleet();
        (await fleet.Run()).Crash("once");
        await fleet.WaitOutRetry();
        await fleet.Ready();

        fleet.Time.Advance(TimeSpan.FromSeconds(60) - Tick);
        Assert.Equal(1, fleet.First.Status.ConsecutiveFailures);
        fleet.Time.Advance(Tick);
        await fleet.Sees(status => status.ConsecutiveFailures == 0);
    }

    [Fact(Timeout = 10_000)]
    public async Task A_failed_probe_begins_the_time_of_healthy_running_anew()
    {
        var health = new HealthPolicy { Interval = TimeSpan.FromSeconds(40), FailureThreshold = 3 };
        await using var fleet = new Fleet(Fleet.Server(health: health));
        (await fleet.Run()).Crash("once");
        await fleet.WaitOutRetry();
        await fleet.Ready(run => run.OnProbe = _ => Task.FromException(new IOException("no answer")));

        fleet.Time.Advance(TimeSpan.FromSeconds(40));
        await fleet.Sees(status => status.Health == ServerHealth.Degraded);
        fleet.Time.Advance(TimeSpan.FromSeconds(30)); // 70 s of running, but only 30 s since it was not healthy
        await fleet.Manager.WaitUntilSettledAsync(TestContext.Current.CancellationToken);
        Assert.Equal(1, fleet.First.Status.ConsecutiveFailures);
    }

    [Fact(Timeout = 10_000)]
    public async Task Without_restarts_a_crash_is_final()
    {
        await using var fleet = new Fleet(Fleet.Server(restart: RestartPolicy.Never));
        (await fleet.Run()).Crash("exit code 1");
        Assert.Equal("exit code 1", (await fleet.Reaches(ServerState.Crashed)).LastError);
        Assert.Equal(0, fleet.Time.ArmedTimers);
    }

    [Fact(Timeout = 10_000)]
    public async Task What_cannot_work_is_not_tried_again()
    {
        await using var fleet = new Fleet();
        fleet.Manager.StartAll();
        (await fleet.NextLaunch()).Fail("command 'npxx' was not found on PATH", isPermanent: true);
        var status = await fleet.Reaches(ServerState.FailedToStart);
        Assert.Equal((1, "command 'npxx' was not found on PATH"), (status.ConsecutiveFailures, status.LastError));
    }

    [Fact(Timeout = 10_000)]
    public async Task Whatever_a_launch_throws_is_a_failure_of_that_server_only()
    {
        await using var fleet = new Fleet(Fleet.Server("bad"), Fleet.Server("good"));
        fleet.Launcher.OnLaunch = launch =>
        {
            if (launch.Config.Id == "bad")
                throw new InvalidDataException("a bug of ours");
            launch.Succeed();
        };
        fleet.Manager.StartAll();
        Assert.Equal("a bug of ours", (await fleet.Reaches(ServerState.Restarting, "bad")).LastError);
        await fleet.Reaches(ServerState.Running, "good");
    }

    [Fact(Timeout = 10_000)]
    public async Task A_start_by_hand_forgets_failures_and_does_not_wait()
    {
        await using var fleet = new Fleet();
        (await fleet.Run()).Crash("once");
        await fleet.Reaches(ServerState.Restarting);

        var starting = fleet.Manager.StartServerAsync(Fleet.Only, TestContext.Current.CancellationToken);
        await fleet.Ready();
        var status = await starting;
        Assert.Equal((ServerState.Running, 0, 0, null), (status.State, status.ConsecutiveFailures, status.Restarts, status.LastError));
        Assert.Equal(0, fleet.Time.GetUtcNow().CompareTo(FakeTimeProvider.Start));
    }

    [Fact(Timeout = 10_000)]
    public async Task A_restart_by_hand_forgets_failures_too()
    {
        await using var fleet = new Fleet();
        (await fleet.Run()).Crash("once");
        await fleet.WaitOutRetry();
        await fleet.Ready();
        Assert.Equal(1, fleet.First.Status.Restarts);

        var restarting = fleet.Manager.RestartServerAsync(Fleet.Only, TestContext.Current.CancellationToken);
        (await fleet.NextLaunch()).Succeed();
        var status = await restarting;
        Assert.Equal((ServerState.Running, 0, 0, null), (status.State, status.ConsecutiveFailures, status.Restarts, status.LastError));
    }

    [Fact(Timeout = 10_000)]
    public async Task A_run_whose_disposal_fails_is_over_all_the_same()
    {
        await using var fleet = new Fleet();
        var run = await fleet.Run(run => run.DisposalFailure = new IOException("cannot close"));
        run.Crash("exit code 1");
        await fleet.WaitOutRetry();
        await fleet.Ready();
        Assert.Null(fleet.Launcher.LivedTwice);
    }
}
