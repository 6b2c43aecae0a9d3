using Steward.Configuration;
using Steward.Supervision;
using Steward.Tests.Testing;
using Xunit;

namespace Steward.Tests.Supervision;

/// <summary>Several processes of one server, each of which fails and comes back by itself.</summary>
public sealed class InstanceSetTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact(Timeout = 30_000)]
    public async Task A_server_is_ready_when_its_first_instance_is_and_says_which_have_failed()
    {
        await using var fleet = new Fleet(Server(3));
        fleet.Manager.StartAll();
        var launches = await LaunchesAsync(fleet, 3);
        Assert.All(launches, launch => Assert.Empty(ServerDifferences.Between(fleet.First.Meant, launch.Config).Keys)); // what is remembered of servers is found by their definitions
        launches[0].Observer.ProcessStarted(17);
        launches[0].Succeed();
        var running = await fleet.Reaches(ServerState.Running);
        Assert.Equal((17, null), (running.Pid, running.HealthReason));
        Assert.Equal([1, 2, 3], running.Instances!.Select(static instance => instance.Number));

        launches[2].Fail("the port is taken");
        Assert.Matches(@"^1 of 3 instances run; instance \d: Restarting \(the port is taken\)$", (await fleet.Sees(static status => status.HealthReason is not null)).HealthReason);
        launches[1].Succeed();
        var degraded = await fleet.Sees(static status => status.HealthReason?.StartsWith("2 of 3", StringComparison.Ordinal) == true);
        Assert.Equal((ServerState.Running, ServerHealth.Degraded), (degraded.State, degraded.Health));

        fleet.Time.Advance(NextRetry(degraded) - fleet.Time.GetUtcNow());
        (await fleet.NextLaunch()).Succeed();
        await fleet.Sees(static status => status.HealthReason is null && status.Instances!.All(instance => instance.State == ServerState.Running));
    }

    [Fact(Timeout = 30_000)]
    public async Task Where_none_comes_up_the_server_fails_as_one_does_and_nothing_is_left()
    {
        await using var fleet = new Fleet(Server(2));
        fleet.Launcher.OnLaunch = static launch => launch.Fail("there is no such program", isPermanent: true);
        fleet.Manager.StartAll();

        var failed = await fleet.Reaches(ServerState.FailedToStart);
        Assert.Equal(("there is no such program", 1, null), (failed.LastError, failed.ConsecutiveFailures, failed.Instances));
        Assert.Equal(2, fleet.Launcher.Count);
        Assert.Equal(0, fleet.Launcher.Living(Fleet.Only));

        fleet.Launcher.OnLaunch = static launch => launch.Fail("not today");
        await Assert.ThrowsAsync<ServerStartException>(() => fleet.Manager.StartServerAsync(Fleet.Only, Cancelled));
        Assert.Equal("not today", (await fleet.Reaches(ServerState.Restarting)).LastError);
    }

    [Fact(Timeout = 30_000)]
    public async Task One_that_answers_no_probes_is_started_anew_and_the_others_are_left_alone()
    {
        var health = new HealthPolicy { Interval = TimeSpan.FromSeconds(30), Timeout = TimeSpan.FromSeconds(5), FailureThreshold = 2 };
        await using var fleet = new Fleet(Server(2) with { Health = health });
        fleet.Manager.StartAll();
        var runs = (await LaunchesAsync(fleet, 2)).Select(static launch => launch.Succeed()).ToArray();
        await fleet.Reaches(ServerState.Running);
        runs[0].OnProbe = static _ => throw new InvalidOperationException("no answer");
        await fleet.Sees(static status => status.Instances!.All(instance => instance.State == ServerState.Running));

        await fleet.Manager.CheckHealthAsync(Fleet.Only, Cancelled);
        var ill = await fleet.Sees(static status => status.HealthReason is not null);
        Assert.Matches(@"^instance \d: no answer$", ill.HealthReason);
        await fleet.Manager.CheckHealthAsync(Fleet.Only, Cancelled);
        await runs[0].StopRequested;
        runs[0].Crash("stopped");

        var degraded = await fleet.Sees(static status => status.Instances!.Any(instance => instance.State == ServerState.Restarting));
        Assert.Equal(ServerState.Running, degraded.State);
        Assert.False(runs[1].StopRequested.IsCompleted);
        fleet.Time.Advance(NextRetry(degraded) - fleet.Time.GetUtcNow());
        (await fleet.NextLaunch()).Succeed();
        await fleet.Sees(static status => status.HealthReason is null && status.Instances!.All(instance => instance.State == ServerState.Running));
    }

    [Fact(Timeout = 30_000)]
    public async Task Where_all_answer_no_probes_the_server_is_unhealthy_and_started_anew()
    {
        var health = new HealthPolicy { Interval = Timeout.InfiniteTimeSpan, FailureThreshold = 2 };
        await using var fleet = new Fleet(Server(2) with { Health = health });
        fleet.Manager.StartAll();
        foreach (var launch in await LaunchesAsync(fleet, 2))
            launch.Succeed(static run => run.OnProbe = static _ => throw new InvalidOperationException("no answer"));
        await fleet.Sees(static status => status is { State: ServerState.Running } && status.Instances!.All(instance => instance.State == ServerState.Running));

        await fleet.Manager.CheckHealthAsync(Fleet.Only, Cancelled);
        Assert.Equal(ServerHealth.Degraded, fleet.Manager.GetStatus(Fleet.Only).Health);
        await fleet.Manager.CheckHealthAsync(Fleet.Only, Cancelled);

        await fleet.Reaches(ServerState.Restarting);
        Assert.Equal(0, fleet.Launcher.Living(Fleet.Only));
    }

    [Fact(Timeout = 30_000)]
    public async Task A_stop_ends_all_and_nothing_is_left()
    {
        await using var fleet = new Fleet(Server(3));
        fleet.Manager.StartAll();
        var launches = await LaunchesAsync(fleet, 3);
        var runs = launches.Take(2).Select(static launch => launch.Succeed()).ToArray();
        launches[2].Fail("not yet");
        await fleet.Reaches(ServerState.Running);

        var stopped = await fleet.Manager.StopServerAsync(Fleet.Only, Cancelled);

        Assert.Equal((ServerState.Stopped, null, null), (stopped.State, stopped.Pid, stopped.Instances));
        Assert.All(runs, static run => Assert.True(run.IsDisposed));
        Assert.Equal(0, fleet.Launcher.Living(Fleet.Only));
        Assert.False(fleet.Launcher.TryNext(out _));
    }

    [Fact(Timeout = 30_000)]
    public async Task One_that_takes_longer_than_a_start_may_is_tried_again_while_the_others_serve()
    {
        await using var fleet = new Fleet(Server(2));
        fleet.Manager.StartAll();
        (await LaunchesAsync(fleet, 2))[0].Succeed();
        await fleet.Reaches(ServerState.Running);

        fleet.Time.Advance(new ServerConfig { Id = "" }.StartupTimeout);

        Assert.Matches(@"^1 of 2 instances run; instance \d: Restarting \(Server 'files' was not ready within 30 s", (await fleet.Sees(static status => status.HealthReason is not null)).HealthReason);
        Assert.Equal(ServerState.Running, fleet.Manager.GetStatus(Fleet.Only).State);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_probe_of_one_that_hangs_is_awaited_and_costs_the_others_nothing()
    {
        var health = new HealthPolicy { Interval = Timeout.InfiniteTimeSpan, Timeout = TimeSpan.FromSeconds(5), FailureThreshold = 2 };
        await using var fleet = new Fleet(Server(2) with { Health = health });
        var runs = await RunAllAsync(fleet, 2);
        runs[0].OnProbe = static token => Fleet.Never.WaitAsync(token);
        var armed = fleet.Time.ArmedTimers;

        var checking = fleet.Manager.CheckHealthAsync(Fleet.Only, Cancelled);
        await Fleet.Until(() => runs.All(static run => run.Probes == 1) && fleet.Time.ArmedTimers > armed);
        Assert.False(checking.IsCompleted);
        fleet.Time.Advance(health.Timeout);
        await checking;

        var status = await fleet.Sees(static status => status.HealthReason is not null);
        Assert.Matches(@"^instance \d: no answer to a health probe within 5 s", status.HealthReason);
        Assert.Equal(ServerHealth.Degraded, status.Health);
    }

    [Fact(Timeout = 30_000)]
    public async Task Instances_that_are_busy_for_longer_than_a_probe_may_take_are_left_alone()
    {
        var health = new HealthPolicy { Interval = Timeout.InfiniteTimeSpan, Timeout = TimeSpan.FromSeconds(5), FailureThreshold = 1 };
        await using var fleet = new Fleet(Server(2) with { Health = health });
        var runs = await RunAllAsync(fleet, 2);
        foreach (var run in runs)
            run.OnProbe = static token => Fleet.Never.WaitAsync(token).ContinueWith(static _ => { }, TaskScheduler.Default); // it has spoken meanwhile, if not of this
        var armed = fleet.Time.ArmedTimers;

        var checking = fleet.Manager.CheckHealthAsync(Fleet.Only, Cancelled);
        await Fleet.Until(() => runs.All(static run => run.Probes == 1) && fleet.Time.ArmedTimers > armed);
        fleet.Time.Advance(health.Timeout);

        Assert.Equal((ServerState.Running, ServerHealth.Healthy), ((await checking).State, fleet.Manager.GetStatus(Fleet.Only).Health));
    }

    [Fact(Timeout = 30_000)]
    public async Task A_stop_that_has_become_urgent_is_so_for_all()
    {
        await using var fleet = new Fleet(Server(2));
        var runs = await RunAllAsync(fleet, 2);
        foreach (var run in runs)
            run.OnStop = static force => Fleet.Never.WaitAsync(force).ContinueWith(static _ => { }, TaskScheduler.Default);
        using var force = new CancellationTokenSource();

        var stopping = fleet.Manager.ShutdownAsync(force.Token);
        await Task.WhenAll(runs.Select(static run => run.StopRequested));
        Assert.False(stopping.IsCompleted);
        await force.CancelAsync();
        await stopping;

        Assert.Equal(0, fleet.Launcher.Living(Fleet.Only));
    }

    [Fact(Timeout = 30_000)]
    public async Task A_stop_while_none_runs_yet_leaves_nothing()
    {
        await using var fleet = new Fleet(Server(2));
        fleet.Manager.StartAll();
        await LaunchesAsync(fleet, 2);

        var stopped = await fleet.Manager.StopServerAsync(Fleet.Only, Cancelled);

        Assert.Equal(ServerState.Stopped, stopped.State);
        Assert.Equal(0, fleet.Launcher.Living(Fleet.Only));
    }

    [Fact(Timeout = 30_000)]
    public async Task Where_one_is_called_in_the_moment_in_which_all_were_to_rest_those_that_rest_already_are_replaced()
    {
        var minute = TimeSpan.FromMinutes(1);
        await using var fleet = new Fleet(Server(2) with { IdleStop = minute });
        fleet.Manager.StartAll();
        var runs = new Dictionary<int, FakeRun>();
        foreach (var launch in await LaunchesAsync(fleet, 2))
        {
            launch.Observer.ProcessStarted(runs.Count + 1);
            runs.Add(runs.Count + 1, launch.Succeed(static run => run.Unused = static () => TimeSpan.FromHours(1)));
        }

        var status = await fleet.Sees(static status => status is { State: ServerState.Running } && status.Instances!.All(static instance => instance is { State: ServerState.Running, Pid: not null }));
        runs[status.Instances![1].Pid!.Value].MayRest = false; // the second to be asked
        fleet.Time.Advance(minute);

        (await fleet.NextLaunch()).Succeed();
        Assert.True(runs[status.Instances[0].Pid!.Value].StopRequested.IsCompleted);
        Assert.False(runs[status.Instances[1].Pid!.Value].StopRequested.IsCompleted);
        Assert.Equal(ServerState.Running, fleet.Manager.GetStatus(Fleet.Only).State);
    }

    [Fact(Timeout = 30_000)]
    public async Task An_update_of_which_fewer_come_up_than_there_are_to_be_changes_nothing()
    {
        await using var fleet = new Fleet(Server(2));
        var runs = await RunAllAsync(fleet, 2);
        var updating = fleet.Manager.UpdateServerAsync(Server(3) with { Args = ["new"] }, Cancelled);
        var next = await LaunchesAsync(fleet, 3);
        next[0].Succeed();
        next[1].Succeed();
        next[2].Fail("the port is taken");

        var failure = await Assert.ThrowsAsync<ServerUpdateException>(() => updating);

        Assert.Contains("Only 2 of the 3 instances of server 'files' came up: the port is taken", failure.Message, StringComparison.Ordinal);
        Assert.All(runs, static run => Assert.False(run.StopRequested.IsCompleted));
        Assert.Equal((ServerState.Running, 2), (fleet.Manager.GetStatus(Fleet.Only).State, fleet.Manager.GetStatus(Fleet.Only).Instances!.Count));
        await Fleet.Until(() => fleet.Launcher.Living(Fleet.Only) == 2);
    }

    [Fact(Timeout = 30_000)]
    public async Task Monitoring_that_is_switched_on_while_the_server_starts_holds_for_those_that_have_failed_before()
    {
        await using var fleet = new Fleet(Server(2));
        fleet.Manager.StopMonitoring();
        fleet.Manager.StartAll();
        var launches = await LaunchesAsync(fleet, 2);
        launches[0].Fail("not today");
        await Fleet.Until(() => fleet.Launcher.UnderWay == 1);
        fleet.Manager.StartMonitoring();

        launches[1].Succeed();
        await fleet.Reaches(ServerState.Running);

        await fleet.Sees(static status => status.Instances!.Any(instance => instance.State == ServerState.Restarting));
    }

    [Fact(Timeout = 30_000)]
    public async Task One_that_is_given_up_stays_down_and_the_server_says_so()
    {
        await using var fleet = new Fleet(Server(2) with { RestartPolicy = new RestartPolicy { MaxRestartAttempts = 0 } });
        fleet.Manager.StartAll();
        var runs = (await LaunchesAsync(fleet, 2)).Select(static launch => launch.Succeed()).ToArray();
        await fleet.Reaches(ServerState.Running);

        runs[0].Crash("exit code 3");

        var degraded = await fleet.Sees(static status => status.HealthReason is not null);
        Assert.Matches(@"^1 of 2 instances run; instance \d: Crashed \(exit code 3\)$", degraded.HealthReason);
        await fleet.Manager.StartServerAsync(Fleet.Only, Cancelled); // which brings it back
        (await fleet.NextLaunch()).Succeed().Crash("exit code 3");
        await fleet.Sees(static status => status.HealthReason is not null);
        runs[1].Crash("exit code 4");
        Assert.Equal("none of its 2 instances runs any more; the last one: exit code 4", (await fleet.Reaches(ServerState.Crashed)).LastError);
    }

    [Fact(Timeout = 30_000)]
    public async Task What_needs_no_restart_reaches_all_and_monitoring_is_switched_for_all()
    {
        await using var fleet = new Fleet(Server(2));
        fleet.Manager.StartAll();
        var runs = (await LaunchesAsync(fleet, 2)).Select(static launch => launch.Succeed()).ToArray();
        await fleet.Reaches(ServerState.Running);

        await fleet.Manager.UpdateServerAsync(Server(2) with { Shutdown = new ShutdownPolicy { Grace = TimeSpan.FromSeconds(1) } }, Cancelled);
        await Fleet.Until(() => runs.All(static run => run.Redefined?.Shutdown.Grace == TimeSpan.FromSeconds(1)));
        Assert.Equal(2, fleet.Launcher.Count);

        fleet.Manager.StopMonitoring();
        runs[0].Crash("exit code 3");
        await fleet.Sees(static status => status.Instances!.Any(instance => instance.State == ServerState.Crashed));
        fleet.Manager.StartMonitoring();
        await fleet.Sees(static status => status.Instances!.Any(instance => instance.State == ServerState.Restarting));
    }

    private static DateTimeOffset NextRetry(ServerStatus status) => status.Instances!.Single(static instance => instance.NextRetryAt is not null).NextRetryAt!.Value;

    private static async Task<FakeRun[]> RunAllAsync(Fleet fleet, int count)
    {
        fleet.Manager.StartAll();
        var runs = (await LaunchesAsync(fleet, count)).Select(static launch => launch.Succeed()).ToArray();
        await fleet.Sees(static status => status is { State: ServerState.Running } && status.Instances!.All(instance => instance.State == ServerState.Running));
        return runs;
    }

    private static ServerConfig Server(int instances) => Fleet.Server() with { Instances = instances, Isolation = ServerIsolation.Shared };

    private static async Task<FakeLaunch[]> LaunchesAsync(Fleet fleet, int count)
    {
        var launches = new FakeLaunch[count];
        for (var i = 0; i < count; i++)
            launches[i] = await fleet.NextLaunch();
        return launches;
    }
}
