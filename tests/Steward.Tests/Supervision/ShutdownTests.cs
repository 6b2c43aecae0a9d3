using Steward.Configuration;
using Steward.Supervision;
using Steward.Tests.Testing;
using Xunit;

namespace Steward.Tests.Supervision;

public sealed class ShutdownTests
{
    private static readonly ServerConfig[] Three = [Fleet.Server("a"), Fleet.Server("b"), Fleet.Server("c")];

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact(Timeout = 10_000)]
    public async Task All_servers_stop_side_by_side()
    {
        await using var fleet = new Fleet(Three);
        var stop = new TaskCompletionSource();
        var runs = await RunAll(fleet, run => run.OnStop = _ => stop.Task);
        var shutdown = fleet.Manager.ShutdownAsync(CancellationToken.None);
        foreach (var run in runs)
            await run.StopRequested; // each is asked while no other has ended
        Assert.False(shutdown.IsCompleted);
        stop.SetResult();
        await shutdown;
        Assert.All(fleet.Manager.GetAllStatuses(), status => Assert.Equal(ServerState.Stopped, status.State));
        Assert.All(runs, run => Assert.True(run.IsDisposed));
    }

    [Fact(Timeout = 10_000)]
    public async Task A_second_call_can_force_what_the_first_began_gently()
    {
        await using var fleet = new Fleet(Three);
        var runs = await RunAll(fleet, run => run.OnStop = force => Task.Delay(Timeout.InfiniteTimeSpan, fleet.Time, force).ContinueWith(_ => { }, TaskScheduler.Default));
        var gentle = fleet.Manager.ShutdownAsync(CancellationToken.None);
        foreach (var run in runs)
            await run.StopRequested;
        Assert.False(gentle.IsCompleted);
        await fleet.Manager.ShutdownAsync(new CancellationToken(canceled: true));
        await gentle;
    }

    [Fact(Timeout = 10_000)]
    public async Task A_server_that_will_not_end_holds_the_shutdown_up_for_a_bounded_time()
    {
        await using var fleet = new Fleet(Three);
        var never = new TaskCompletionSource();
        var runs = await RunAll(fleet, run => run.OnStop = run.Launch.Config.Id == "b" ? _ => never.Task : run.OnStop);
        var shutdown = fleet.Manager.ShutdownAsync(CancellationToken.None);
        foreach (var run in runs)
            await run.StopRequested;
        await fleet.Reaches(ServerState.Stopped, "a");
        await fleet.Reaches(ServerState.Stopped, "c");
        fleet.Time.Advance(TimeSpan.FromSeconds(7)); // drain and grace
        Assert.False(shutdown.IsCompleted);
        fleet.Time.Advance(TimeSpan.FromSeconds(10));
        await shutdown;
        Assert.Equal(ServerState.Stopping, fleet.Manager.FindStatus("b")!.State);
    }

    [Fact(Timeout = 10_000)]
    public async Task Shutdown_during_start_and_during_back_off_leaves_nothing_armed()
    {
        await using var fleet = new Fleet(Three);
        fleet.Launcher.OnLaunch = launch =>
        {
            if (launch.Config.Id == "a")
                launch.Fail("no");
        };
        fleet.Manager.StartAll();
        await fleet.Reaches(ServerState.Restarting, "a");
        await fleet.Reaches(ServerState.Starting, "b");
        await fleet.Manager.ShutdownAsync(CancellationToken.None);
        Assert.All(fleet.Manager.GetAllStatuses(), status => Assert.Equal(ServerState.Stopped, status.State));
        var launches = fleet.Launcher.Count;
        fleet.Time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(launches, fleet.Launcher.Count);
    }

    [Fact(Timeout = 10_000)]
    public async Task A_start_that_comes_in_during_shutdown_is_refused_and_does_not_hold_it_up()
    {
        await using var fleet = new Fleet();
        var stop = new TaskCompletionSource();
        await fleet.Run(run => run.OnStop = _ => stop.Task);
        var shutdown = fleet.Manager.ShutdownAsync(CancellationToken.None);
        await fleet.Reaches(ServerState.Stopping);

        await Assert.ThrowsAsync<ObjectDisposedException>(() => fleet.Manager.StartServerAsync(Fleet.Only, Cancelled));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => fleet.Manager.RestartServerAsync(Fleet.Only, Cancelled));
        Assert.Throws<ObjectDisposedException>(fleet.Manager.StartAll);
        var stopping = fleet.Manager.StopServerAsync(Fleet.Only, Cancelled);
        stop.SetResult();
        await shutdown;
        Assert.Equal(ServerState.Stopped, (await stopping).State);
        Assert.Equal(1, fleet.Launcher.Count);
    }

    [Fact(Timeout = 10_000)]
    public async Task After_shutdown_the_manager_still_tells_but_starts_no_more()
    {
        var fleet = new Fleet();
        await fleet.Run();
        await fleet.DisposeAsync();
        await fleet.DisposeAsync();
        await fleet.Manager.ShutdownAsync(CancellationToken.None);

        Assert.Equal(ServerState.Stopped, fleet.Manager.FindStatus(Fleet.Only)!.State);
        Assert.Equal(ServerState.Stopped, (await fleet.Manager.StopServerAsync(Fleet.Only, Cancelled)).State);
        await fleet.Manager.WaitUntilSettledAsync(Cancelled);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => fleet.Manager.StartServerAsync(Fleet.Only, Cancelled));
    }

    private static async Task<List<FakeRun>> RunAll(Fleet fleet, Action<FakeRun> arrange)
    {
        fleet.Launcher.OnLaunch = launch => launch.Succeed(arrange);
        fleet.Manager.StartAll();
        foreach (var server in fleet.Manager.Servers)
            await fleet.Reaches(ServerState.Running, server.Config.Id);
        return [.. fleet.Manager.Servers.Select(server => (FakeRun)server.Current!)];
    }
}
