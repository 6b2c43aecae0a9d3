using Steward.Configuration;
using Steward.Supervision;
using Steward.Tests.Testing;
using Xunit;

namespace Steward.Tests.Supervision;

/// <summary>What becomes of an update beside the running server when something comes in between.</summary>
public sealed class DisturbedSuccessionTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private static ServerConfig New => Fleet.Server() with { Args = ["new"] };

    [Fact(Timeout = 10_000)]
    public async Task A_stop_ends_both_and_the_new_definition_holds_untried()
    {
        await using var fleet = new Fleet();
        await fleet.Run();
        var updating = fleet.Manager.UpdateServerAsync(New, Cancelled);
        var launch = await fleet.NextLaunch();
        launch.IgnoresCancellation = true; // it is not gone as soon as it is given up

        var stopping = fleet.Manager.StopServerAsync(Fleet.Only, Cancelled);
        await fleet.Reaches(ServerState.Stopping);
        await Fleet.Until(() => fleet.Launcher.Living(Fleet.Only) == 1);
        Assert.False(stopping.IsCompleted);
        var late = launch.Succeed(); // in the very moment in which it is given up

        Assert.Equal(ServerState.Stopped, (await stopping).State);
        Assert.Equal((ServerState.Stopped, null), ((await updating).State, fleet.First.Status.Update));
        Assert.True(late.IsDisposed);
        Assert.Equal(0, fleet.Launcher.Living(Fleet.Only));
        Assert.Equal(["new"], fleet.First.Config.Args);
        Assert.Null(fleet.First.Next);
    }

    [Fact(Timeout = 10_000)]
    public async Task A_stop_while_the_old_version_finishes_its_calls_waits_for_both()
    {
        await using var fleet = new Fleet();
        var old = await fleet.Run(run => run.OnRetire = _ => Fleet.Never);
        var updating = fleet.Manager.UpdateServerAsync(New, Cancelled);
        var run = (await fleet.NextLaunch()).Succeed();
        await updating;

        var stopping = fleet.Manager.StopServerAsync(Fleet.Only, Cancelled);
        await run.StopRequested;
        await Fleet.Until(() => run.IsDisposed);
        Assert.Equal(ServerState.Stopping, fleet.First.Status.State);
        old.Crash("its calls are answered");

        Assert.Equal(ServerState.Stopped, (await stopping).State);
        Assert.True(old.IsDisposed);
    }

    [Fact(Timeout = 10_000)]
    public async Task Disabling_removing_and_shutting_down_end_both()
    {
        await using var fleet = new Fleet(Fleet.Server(), Fleet.Server("b"), Fleet.Server("c"));
        fleet.Launcher.OnLaunch = launch => launch.Succeed();
        fleet.Manager.StartAll();
        await Task.WhenAll(fleet.Reaches(ServerState.Running), fleet.Reaches(ServerState.Running, "b"), fleet.Reaches(ServerState.Running, "c"));
        fleet.Launcher.OnLaunch = _ => { };
        var updates = new[] { Fleet.Only, "b", "c" }.Select(id => fleet.Manager.UpdateServerAsync(Fleet.Server(id) with { Args = ["new"] }, Cancelled)).ToArray();
        await Task.WhenAll(new[] { Fleet.Only, "b", "c" }.Select(id => Fleet.Until(() => fleet.Launcher.Living(id) == 2)));

        Assert.Equal(ServerState.Disabled, (await fleet.Manager.DisableServerAsync(Fleet.Only, Cancelled)).State);
        Assert.Equal((0, ServerState.Disabled), (fleet.Launcher.Living(Fleet.Only), (await updates[0]).State));
        Assert.Equal((true, "new"), (fleet.First.Config.Disabled, fleet.First.Config.Args.Single()));
        Assert.True(await fleet.Manager.RemoveServerAsync("b", Cancelled));
        Assert.Equal(0, fleet.Launcher.Living("b"));
        Assert.True(await Record.ExceptionAsync(() => updates[1]) is null or UnknownServerException);
        await fleet.Manager.ShutdownAsync(Cancelled);
        Assert.Equal(0, fleet.Launcher.Living("c"));
        Assert.True(await Record.ExceptionAsync(() => updates[2]) is null or ObjectDisposedException);
    }

    [Fact(Timeout = 10_000)]
    public async Task A_further_definition_takes_the_place_of_the_one_that_is_being_started()
    {
        await using var fleet = new Fleet();
        var old = await fleet.Run();
        var first = fleet.Manager.UpdateServerAsync(Fleet.Server() with { Args = ["1"] }, Cancelled);
        var launch = await fleet.NextLaunch();

        var second = fleet.Manager.UpdateServerAsync(Fleet.Server() with { Args = ["2"] }, Cancelled);
        var next = await fleet.NextLaunch();
        Assert.True(launch.Cancellation.IsCancellationRequested);
        Assert.Equal(["2"], next.Config.Args);
        Assert.Same(old, fleet.First.Current);
        var run = next.Succeed();

        Assert.Equal(ServerUpdateState.Done, (await first).Update!.State);
        Assert.Equal(ServerUpdateState.Done, (await second).Update!.State);
        Assert.Same(run, fleet.First.Current);
        Assert.Null(fleet.Launcher.LivedTwice); // nor three
    }

    [Fact(Timeout = 10_000)]
    public async Task The_old_definition_again_ends_the_update_and_nothing_has_changed()
    {
        await using var fleet = new Fleet();
        var old = await fleet.Run();
        var updating = fleet.Manager.UpdateServerAsync(New, Cancelled);
        var launch = await fleet.NextLaunch();

        var status = await fleet.Manager.UpdateServerAsync(Fleet.Server() with { Name = "Files" }, Cancelled);

        Assert.Equal((ServerState.Running, "Files", null), (status.State, status.Name, status.Update));
        Assert.Equal(ServerState.Running, (await updating).State);
        await Fleet.Until(() => launch.Cancellation.IsCancellationRequested);
        Assert.Same(old, fleet.First.Current);
        Assert.Empty(fleet.First.Config.Args);
    }

    [Fact(Timeout = 10_000)]
    public async Task What_needs_no_other_run_joins_the_update_under_way()
    {
        await using var fleet = new Fleet();
        await fleet.Run();
        var first = fleet.Manager.UpdateServerAsync(New, Cancelled);
        var launch = await fleet.NextLaunch();

        var second = fleet.Manager.UpdateServerAsync(New with { Name = "Files", Tools = new ToolFilter { Deny = ["x"] } }, Cancelled);
        await Fleet.Until(() => fleet.First.Next?.Name == "Files");
        var run = launch.Succeed();

        await Task.WhenAll(first, second);
        Assert.Equal(("Files", 2), (fleet.First.Config.Name, fleet.Launcher.Count));
        Assert.Equal(["x"], run.Redefined!.Tools.Deny);
    }

    [Theory(Timeout = 10_000)]
    [InlineData("it crashes")]
    [InlineData("it closes its output")]
    [InlineData("it answers no probe")]
    public async Task Where_the_old_version_fails_meanwhile_the_new_one_is_its_restart(string how)
    {
        var health = new HealthPolicy { Interval = TimeSpan.FromSeconds(1), FailureThreshold = 1 };
        await using var fleet = new Fleet(Fleet.Server(health: health));
        var old = await fleet.Run(run => run.OnProbe = _ => how == "it answers no probe" ? Task.FromException(new IOException("no")) : Task.CompletedTask);
        var updating = fleet.Manager.UpdateServerAsync(Fleet.Server(health: health) with { Args = ["new"] }, Cancelled);
        var launch = await fleet.NextLaunch();
        launch.Observer.ProcessStarted(5);

        if (how == "it crashes")
            old.Crash("SIGSEGV");
        else if (how == "it closes its output")
            old.Lose("closed its output");
        else
            fleet.Time.Advance(TimeSpan.FromSeconds(1));
        var between = await fleet.Reaches(ServerState.Starting);
        Assert.Equal((5, null, 0, 0), (between.Pid, between.Update, between.Restarts, between.ConsecutiveFailures));
        Assert.Null(fleet.First.Current);
        var run = launch.Succeed();

        Assert.Equal((ServerState.Running, 5), ((await updating).State, fleet.First.Status.Pid));
        Assert.Same(run, fleet.First.Current);
        Assert.Equal((2, "new"), (fleet.Launcher.Count, fleet.First.Config.Args.Single()));
        await Fleet.Until(() => fleet.Launcher.Living(Fleet.Only) == 1);
    }

    [Fact(Timeout = 10_000)]
    public async Task Where_both_versions_fail_the_old_definition_is_put_back()
    {
        await using var fleet = new Fleet();
        var old = await fleet.Run();
        var updating = fleet.Manager.UpdateServerAsync(New, Cancelled);
        var launch = await fleet.NextLaunch();

        old.Crash("SIGSEGV");
        await fleet.Reaches(ServerState.Starting);
        launch.Fail("exit code 2");
        var run = await fleet.Ready();

        var failure = await Assert.ThrowsAsync<ServerUpdateException>(() => updating);
        Assert.Equal("Server 'files' did not come up by its new definition (exit code 2); it runs by the old one again.", failure.Message);
        Assert.Empty(run.Launch.Config.Args);
    }

    [Fact(Timeout = 10_000)]
    public async Task A_new_version_that_crashes_is_started_again_once_the_old_one_has_finished()
    {
        await using var fleet = new Fleet();
        var old = await fleet.Run(run => run.OnRetire = _ => Fleet.Never);
        var updating = fleet.Manager.UpdateServerAsync(New, Cancelled);
        var run = (await fleet.NextLaunch()).Succeed();
        await updating;

        run.Crash("exit code 4");
        var stopping = await fleet.Reaches(ServerState.Stopping);
        Assert.Equal("exit code 4", stopping.LastError);
        old.Crash("its calls are answered");
        var status = await fleet.Reaches(ServerState.Restarting);

        Assert.Equal((1, "exit code 4"), (status.ConsecutiveFailures, status.LastError));
        await fleet.WaitOutRetry();
        Assert.Equal(["new"], (await fleet.NextLaunch()).Config.Args);
        Assert.Null(fleet.Launcher.LivedTwice);
    }

    [Fact(Timeout = 10_000)]
    public async Task A_further_update_waits_until_the_run_before_the_present_one_is_gone()
    {
        await using var fleet = new Fleet();
        var old = await fleet.Run(run => run.OnRetire = _ => Fleet.Never);
        var updating = fleet.Manager.UpdateServerAsync(New, Cancelled);
        (await fleet.NextLaunch()).Succeed();
        await updating;

        var next = fleet.Manager.UpdateServerAsync(Fleet.Server() with { Args = ["newer"] }, Cancelled);
        await fleet.Sees(status => status.IsUpdating);
        Assert.Equal(2, fleet.Launcher.Count);
        old.Crash("its calls are answered");
        (await fleet.NextLaunch()).Succeed();

        Assert.Equal(ServerUpdateState.Done, (await next).Update!.State);
        Assert.Null(fleet.Launcher.LivedTwice);
    }

    [Fact(Timeout = 10_000)]
    public async Task A_restart_in_the_midst_of_an_update_begins_anew_with_the_new_definition()
    {
        await using var fleet = new Fleet();
        var old = await fleet.Run();
        var updating = fleet.Manager.UpdateServerAsync(New, Cancelled);
        var launch = await fleet.NextLaunch();

        var restarting = fleet.Manager.RestartServerAsync(Fleet.Only, Cancelled);
        var run = await fleet.Ready();

        Assert.Equal(ServerState.Running, (await restarting).State);
        Assert.Equal(ServerState.Running, (await updating).State);
        await Fleet.Until(() => old.IsDisposed && launch.Cancellation.IsCancellationRequested);
        Assert.Equal(["new"], run.Launch.Config.Args);
    }

    [Fact(Timeout = 10_000)]
    public async Task A_start_in_the_midst_of_an_update_finds_the_server_running()
    {
        await using var fleet = new Fleet();
        await fleet.Run();
        var updating = fleet.Manager.UpdateServerAsync(New, Cancelled);
        var launch = await fleet.NextLaunch();

        Assert.True((await fleet.Manager.StartServerAsync(Fleet.Only, Cancelled)).IsUpdating);

        launch.Succeed();
        await updating;
    }

    [Fact(Timeout = 10_000)]
    public async Task Where_another_definition_is_tried_after_the_old_version_failed_the_one_asked_for_before_is_put_back()
    {
        await using var fleet = new Fleet();
        var old = await fleet.Run();
        var first = fleet.Manager.UpdateServerAsync(New, Cancelled);
        _ = await fleet.NextLaunch();
        var second = fleet.Manager.UpdateServerAsync(Fleet.Server() with { Args = ["broken"] }, Cancelled);
        var broken = await fleet.NextLaunch();

        old.Crash("SIGSEGV");
        await fleet.Reaches(ServerState.Starting);
        broken.Fail("exit code 2");
        (await fleet.NextLaunch()).Succeed();

        await Assert.ThrowsAsync<ServerUpdateException>(() => second);
        await first;
        Assert.Equal(["new"], fleet.First.Config.Args);
        Assert.Equal(ServerState.Running, fleet.First.Status.State);
    }
}
