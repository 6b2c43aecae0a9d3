using Steward.Configuration;
using Steward.Supervision;
using Steward.Tests.Testing;
using Xunit;

namespace Steward.Tests.Supervision;

public sealed class CrashLoopTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact(Timeout = 10_000)]
    public async Task From_the_third_failure_in_a_row_on_a_server_is_in_a_crash_loop_and_says_when_it_is_tried_again()
    {
        await using var fleet = new Fleet();
        fleet.Manager.StartAll();
        for (var failure = 1; failure <= 3; failure++)
        {
            (await fleet.NextLaunch()).Fail("no");
            var status = await fleet.Sees(status => status.State == ServerState.Restarting && status.ConsecutiveFailures == failure);
            Assert.Equal((failure >= 3, TimeSpan.FromSeconds(1 << (failure - 1))), (status.IsCrashLooping, status.NextRetryAt - fleet.Time.GetUtcNow()));
            await fleet.WaitOutRetry();
        }

        Assert.True((await fleet.Reaches(ServerState.Starting)).IsCrashLooping);
    }

    [Fact(Timeout = 10_000)]
    public async Task That_it_runs_for_a_moment_is_not_the_end_of_the_loop_and_that_it_runs_for_a_while_is()
    {
        await using var fleet = await LoopingAsync();
        await fleet.WaitOutRetry();
        await fleet.Ready();
        Assert.True(fleet.First.Status.IsCrashLooping);

        fleet.Time.Advance(new RestartPolicy().ResetAfter);
        Assert.False((await fleet.Sees(status => status.ConsecutiveFailures == 0)).IsCrashLooping);
    }

    [Fact(Timeout = 10_000)]
    public async Task A_start_by_hand_ends_the_loop_without_a_wait()
    {
        await using var fleet = await LoopingAsync();
        var starting = fleet.Manager.StartServerAsync(Fleet.Only, Cancelled);
        await fleet.Ready();
        Assert.Equal((ServerState.Running, false, 0), await starting is var status ? (status.State, status.IsCrashLooping, status.ConsecutiveFailures) : default);
    }

    [Fact(Timeout = 10_000)]
    public async Task A_stop_wins_over_the_next_start_and_ends_the_loop()
    {
        await using var fleet = await LoopingAsync();
        var stopped = await fleet.Manager.StopServerAsync(Fleet.Only, Cancelled);
        Assert.Equal((ServerState.Stopped, false, null), (stopped.State, stopped.IsCrashLooping, stopped.NextRetryAt));
        var launches = fleet.Launcher.Count;
        fleet.Time.Advance(TimeSpan.FromHours(1));
        await fleet.Manager.WaitUntilSettledAsync(Cancelled);
        Assert.Equal((ServerState.Stopped, launches), (fleet.First.Status.State, fleet.Launcher.Count));
    }

    [Fact(Timeout = 10_000)]
    public async Task One_that_is_given_up_is_in_no_loop_any_more()
    {
        await using var fleet = await LoopingAsync(new RestartPolicy { MaxRestartAttempts = 3 });
        await fleet.WaitOutRetry();
        (await fleet.NextLaunch()).Fail("no");
        Assert.Equal((false, 4), await fleet.Reaches(ServerState.FailedToStart) is var status ? (status.IsCrashLooping, status.ConsecutiveFailures) : default);
    }

    [Fact(Timeout = 10_000)]
    public async Task A_remote_server_is_tried_on_without_end_when_its_attempts_are_used_up_and_comes_back_by_itself()
    {
        await using var fleet = new Fleet(Remote(new RestartPolicy { MaxRestartAttempts = 3 }));
        fleet.Manager.StartAll();
        for (var failure = 1; failure <= 60; failure++)
        {
            (await fleet.NextLaunch()).Fail("no network");
            var status = await fleet.Sees(status => status.State == ServerState.Restarting && status.ConsecutiveFailures == failure);
            Assert.True(failure <= 3 || status.NextRetryAt - fleet.Time.GetUtcNow() == new RestartPolicy().MaxDelay, $"after {failure} failures it waits until {status.NextRetryAt}");
            await fleet.WaitOutRetry();
        }

        await fleet.Ready();
        Assert.Equal((ServerState.Running, 60), (fleet.First.Status.State, fleet.First.Status.Restarts));
    }

    [Fact(Timeout = 10_000)]
    public async Task A_remote_server_is_given_up_where_trying_again_cannot_help_and_stays_down_where_it_is_not_to_be_restarted()
    {
        await using var fleet = new Fleet(Remote(new RestartPolicy()), Remote(RestartPolicy.Never) with { Id = "once" });
        fleet.Launcher.OnLaunch = launch => launch.Fail(new ServerLaunchException("it wants a login", isPermanent: launch.Config.Id == Fleet.Only));
        fleet.Manager.StartAll();

        await fleet.Reaches(ServerState.FailedToStart);
        await fleet.Reaches(ServerState.Crashed, "once");
    }

    [Fact(Timeout = 10_000)]
    public async Task Of_attempts_without_end_the_log_tells_ever_more_seldom()
    {
        using var loggers = new FakeLoggerFactory();
        var (time, launcher) = (new FakeTimeProvider(), new FakeLauncher { OnLaunch = launch => launch.Fail("no network") });
        var config = new StewardConfig { Servers = [Remote(new RestartPolicy { MaxRestartAttempts = 2 })] };
        await using var manager = new McpServerManager(config, launcher, time, loggers, new FixedRandom());
        manager.StartAll();
        for (var failure = 1; failure <= 20; failure++)
        {
            var status = await manager.WaitForStatusAsync(Fleet.Only, status => status.State == ServerState.Restarting && status.ConsecutiveFailures == failure, Cancelled);
            time.Advance(status.NextRetryAt!.Value - time.GetUtcNow());
        }

        await manager.WaitForStatusAsync(Fleet.Only, status => status.ConsecutiveFailures == 21, Cancelled);
        await manager.PassAsync(Fleet.Only, Cancelled);
        var told = loggers.Take().FindAll(line => !line.StartsWith("Debug", StringComparison.Ordinal));
        Assert.Equal(7, told.Count(line => line.Contains("no network", StringComparison.Ordinal))); // failures 1, 2, 3, 4, 6, 10, 18
        Assert.Equal(8, told.Count(line => line.Contains("is Starting", StringComparison.Ordinal))); // the first, and after each of those
    }

    [Fact(Timeout = 10_000)]
    public async Task A_restart_waits_for_no_other_server_however_long_that_takes_to_end()
    {
        await using var fleet = new Fleet(Fleet.Server("slow"), Fleet.Server("quick"));
        var never = new TaskCompletionSource();
        fleet.Launcher.OnLaunch = launch => launch.Succeed(run => run.OnStop = _ => launch.Config.Id == "slow" ? never.Task : Task.CompletedTask);
        await fleet.Manager.StartAllAsync(Cancelled);

        var slow = fleet.Manager.RestartServerAsync("slow", Cancelled);
        await fleet.Reaches(ServerState.Stopping, "slow");
        Assert.Equal(ServerState.Running, (await fleet.Manager.RestartServerAsync("quick", Cancelled)).State);
        Assert.False(slow.IsCompleted);

        never.SetResult();
        Assert.Equal(ServerState.Running, (await slow).State);
    }

    private static ServerConfig Remote(RestartPolicy restart) => Fleet.Server(restart: restart) with { Command = null, Transport = ServerTransport.Http, Url = "http://127.0.0.1:9/mcp" };

    private static async Task<Fleet> LoopingAsync(RestartPolicy? restart = null)
    {
        var fleet = new Fleet(Fleet.Server(restart: restart));
        fleet.Manager.StartAll();
        for (var failure = 1; ; failure++)
        {
            (await fleet.NextLaunch()).Fail("no");
            if ((await fleet.Sees(status => status.State == ServerState.Restarting && status.ConsecutiveFailures == failure)).IsCrashLooping)
                return fleet;
            await fleet.WaitOutRetry();
        }
    }
}
