using Steward.Supervision;
using Steward.Tests.Testing;
using Xunit;

namespace Steward.Tests.Supervision;

public sealed class ControlTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact(Timeout = 10_000)]
    public async Task A_start_that_fails_says_why_and_when_it_is_tried_again()
    {
        await using var fleet = new Fleet();
        var starting = fleet.Manager.StartServerAsync(Fleet.Only, Cancelled);
        (await fleet.NextLaunch()).Fail("exit code 2");
        var failure = await Assert.ThrowsAsync<ServerStartException>(() => starting);
        Assert.Equal((ServerState.Restarting, "exit code 2"), (failure.Status.State, failure.Status.LastError));
        Assert.Equal("Server 'files' did not come up: exit code 2. It is tried again at 2030-01-01T00:00:01.0000000+00:00.", failure.Message);
    }

    [Fact(Timeout = 10_000)]
    public async Task All_start_side_by_side_and_each_has_its_own_result()
    {
        await using var fleet = new Fleet(Fleet.Server("a"), Fleet.Server("b"), Fleet.Server("off") with { Disabled = true });
        var starting = fleet.Manager.StartAllAsync(Cancelled);
        FakeLaunch[] launches = [await fleet.NextLaunch(), await fleet.NextLaunch()]; // both before either has come up
        launches.Single(launch => launch.Config.Id == "a").Fail("no such program", isPermanent: true);
        launches.Single(launch => launch.Config.Id == "b").Succeed();

        var outcomes = await starting;
        Assert.Equal(["a", "b"], outcomes.Keys);
        Assert.Equal(("no such program", ServerState.FailedToStart), (outcomes["a"].Error, outcomes["a"].Status!.State));
        Assert.Equal((null, ServerState.Running), (outcomes["b"].Error, outcomes["b"].Status!.State));
        Assert.Equal(1, fleet.Manager.RunningServerCount);
    }

    [Fact(Timeout = 10_000)]
    public async Task Start_leaves_a_running_server_alone()
    {
        await using var fleet = new Fleet();
        var run = await fleet.Run();
        Assert.Equal(ServerState.Running, (await fleet.Manager.StartServerAsync(Fleet.Only, Cancelled)).State);
        Assert.Equal(1, fleet.Launcher.Count);
        Assert.Same(run, fleet.First.Current);
    }

    [Fact(Timeout = 10_000)]
    public async Task Stop_during_start_aborts_the_launch()
    {
        await using var fleet = new Fleet();
        fleet.Manager.StartAll();
        var launch = await fleet.NextLaunch();
        var status = await fleet.Manager.StopServerAsync(Fleet.Only, Cancelled);
        Assert.Equal((ServerState.Stopped, null, 0), (status.State, status.LastError, status.ConsecutiveFailures));
        Assert.True(launch.Cancellation.IsCancellationRequested);
    }

    [Fact(Timeout = 10_000)]
    public async Task A_launch_that_comes_through_although_it_was_given_up_is_ended()
    {
        await using var fleet = new Fleet();
        fleet.Manager.StartAll();
        var launch = await fleet.NextLaunch();
        launch.IgnoresCancellation = true;
        var stopping = fleet.Manager.StopServerAsync(Fleet.Only, Cancelled);
        await fleet.Reaches(ServerState.Stopping);
        var run = launch.Succeed();
        Assert.Equal(ServerState.Stopped, (await stopping).State);
        Assert.True(run.StopRequested.IsCompleted && run.IsDisposed);
        Assert.Null(fleet.First.Current);
    }

    [Fact(Timeout = 10_000)]
    public async Task Stop_during_back_off_ends_the_wait()
    {
        await using var fleet = new Fleet();
        (await fleet.Run()).Crash("once");
        await fleet.Reaches(ServerState.Restarting);
        var status = await fleet.Manager.StopServerAsync(Fleet.Only, Cancelled);
        Assert.Equal((ServerState.Stopped, null), (status.State, status.NextRetryAt));
        fleet.Time.Advance(TimeSpan.FromHours(1));
        await fleet.Manager.WaitUntilSettledAsync(Cancelled);
        Assert.Equal((1, ServerState.Stopped), (fleet.Launcher.Count, fleet.First.Status.State));
    }

    [Fact(Timeout = 10_000)]
    public async Task Stop_during_stop_joins_it()
    {
        await using var fleet = new Fleet();
        var stop = new TaskCompletionSource();
        var stops = 0;
        await fleet.Run(run => run.OnStop = _ =>
        {
            stops++;
            return stop.Task;
        });
        var first = fleet.Manager.StopServerAsync(Fleet.Only, Cancelled);
        await fleet.Reaches(ServerState.Stopping);
        var second = fleet.Manager.StopServerAsync(Fleet.Only, Cancelled);
        stop.SetResult();
        Assert.Equal(ServerState.Stopped, (await first).State);
        Assert.Equal(ServerState.Stopped, (await second).State);
        Assert.Equal(1, stops);
    }

    [Fact(Timeout = 10_000)]
    public async Task Start_during_stop_starts_when_the_old_run_is_gone()
    {
        await using var fleet = new Fleet();
        var stop = new TaskCompletionSource();
        await fleet.Run(run => run.OnStop = _ => stop.Task);
        var stopping = fleet.Manager.StopServerAsync(Fleet.Only, Cancelled);
        await fleet.Reaches(ServerState.Stopping);
        var starting = fleet.Manager.StartServerAsync(Fleet.Only, Cancelled);
        Assert.Equal(1, fleet.Launcher.Count);
        stop.SetResult();
        await fleet.Ready();
        Assert.Equal(ServerState.Running, (await starting).State);
        Assert.Equal(ServerState.Running, (await stopping).State); // whoever waits is told what it came to
        Assert.Null(fleet.Launcher.LivedTwice);
    }

    /// <summary>The answer must come from after the request was heard, not from what happened to be queued before it.</summary>
    [Fact(Timeout = 30_000)]
    public async Task Stop_is_not_answered_by_the_start_that_it_crosses()
    {
        for (var round = 0; round < 300; round++)
        {
            await using var fleet = new Fleet();
            fleet.Manager.StartAll();
            var launch = await fleet.NextLaunch();
            await fleet.Reaches(ServerState.Starting);
            launch.IgnoresCancellation = true;
            launch.Succeed();
            var status = await fleet.Manager.StopServerAsync(Fleet.Only, Cancelled);
            Assert.Equal(ServerState.Stopped, status.State);
        }
    }

    [Fact(Timeout = 30_000)]
    public async Task Restart_is_not_answered_by_the_run_that_it_ends()
    {
        for (var round = 0; round < 300; round++)
        {
            await using var fleet = new Fleet();
            fleet.Launcher.OnLaunch = launch => launch.IgnoresCancellation = true;
            fleet.Manager.StartAll();
            var launch = await fleet.NextLaunch();
            await fleet.Reaches(ServerState.Starting);
            launch.Succeed();
            var restarting = fleet.Manager.RestartServerAsync(Fleet.Only, Cancelled);
            var second = await fleet.NextLaunch();
            second.Succeed();
            Assert.Equal(ServerState.Running, (await restarting).State);
            Assert.Equal(2, fleet.Launcher.Count);
        }
    }

    [Fact(Timeout = 10_000)]
    public async Task The_restart_of_one_never_waits_for_another()
    {
        await using var fleet = new Fleet(Fleet.Server("slow"), Fleet.Server("quick"));
        fleet.Launcher.OnLaunch = launch => launch.Succeed(run =>
        {
            if (launch.Config.Id == "slow")
                run.OnStop = force => Task.Delay(Timeout.InfiniteTimeSpan, fleet.Time, force);
        });
        fleet.Manager.StartAll();
        await fleet.Manager.WaitUntilSettledAsync(Cancelled);
        var slow = fleet.Manager.RestartServerAsync("slow", Cancelled);
        await fleet.Reaches(ServerState.Stopping, "slow");
        Assert.Equal(ServerState.Running, (await fleet.Manager.RestartServerAsync("quick", Cancelled)).State);
        Assert.False(slow.IsCompleted);
        await fleet.Manager.ShutdownAsync(new CancellationToken(canceled: true));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => fleet.Manager.StartServerAsync("quick", Cancelled));
    }

    [Fact(Timeout = 10_000)]
    public async Task A_stop_that_fails_ends_the_run_the_harder_way()
    {
        await using var fleet = new Fleet();
        var run = await fleet.Run(run => run.OnStop = _ => throw new IOException("the pipe is gone"));
        Assert.Equal(ServerState.Stopped, (await fleet.Manager.StopServerAsync(Fleet.Only, Cancelled)).State);
        Assert.True(run.IsDisposed);
    }

    [Fact(Timeout = 10_000)]
    public async Task Giving_up_waiting_does_not_give_up_the_start()
    {
        await using var fleet = new Fleet();
        using var patience = new CancellationTokenSource();
        var starting = fleet.Manager.StartServerAsync(Fleet.Only, patience.Token);
        var launch = await fleet.NextLaunch();
        await patience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => starting);
        launch.Succeed();
        await fleet.Reaches(ServerState.Running);
    }

    [Fact(Timeout = 10_000)]
    public async Task An_unknown_id_is_told_with_the_name_that_was_meant()
    {
        await using var fleet = new Fleet(Fleet.Server("filesystem"), Fleet.Server("memory"));
        var unknown = await Assert.ThrowsAsync<UnknownServerException>(() => fleet.Manager.StartServerAsync("filesytem", Cancelled));
        Assert.Equal("filesytem", unknown.Id);
        Assert.Contains("Did you mean 'filesystem'?", unknown.Message, StringComparison.Ordinal);

        unknown = await Assert.ThrowsAsync<UnknownServerException>(() => fleet.Manager.WaitForStatusAsync("zebra", _ => true, Cancelled));
        Assert.Contains("There are: filesystem, memory.", unknown.Message, StringComparison.Ordinal);
        Assert.Null(fleet.Manager.FindStatus("zebra"));
    }
}
