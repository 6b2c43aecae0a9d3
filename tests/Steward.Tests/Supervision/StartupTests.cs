using Steward.Configuration;
using Steward.Supervision;
using Steward.Tests.Testing;
using Xunit;

namespace Steward.Tests.Supervision;

public sealed class StartupTests
{
    [Fact(Timeout = 10_000)]
    public async Task Fifty_servers_start_at_once_and_one_that_hangs_delays_nobody()
    {
        await using var fleet = new Fleet(Many(50));
        fleet.Manager.StartAll();
        var launches = await Take(fleet, 50); // all are under way before the first is ready
        Assert.Equal(50, fleet.Launcher.UnderWay);

        foreach (var launch in launches.Where(launch => launch.Config.Id != "s17"))
            launch.Succeed();
        foreach (var launch in launches.Where(launch => launch.Config.Id != "s17"))
            await fleet.Reaches(ServerState.Running, launch.Config.Id);
        Assert.Equal(ServerState.Starting, fleet.Manager.FindStatus("s17")!.State);

        fleet.Time.Advance(TimeSpan.FromSeconds(30));
        var status = await fleet.Reaches(ServerState.Restarting, "s17");
        Assert.Contains("not ready within 30 s", status.LastError, StringComparison.Ordinal);
        Assert.Contains("startupTimeoutMs", status.LastError, StringComparison.Ordinal);
        Assert.Equal(49, fleet.Manager.GetAllStatuses().Count(other => other.State == ServerState.Running));
    }

    [Fact(Timeout = 10_000)]
    public async Task No_more_servers_start_at_one_time_than_the_setting_allows()
    {
        await using var fleet = new Fleet(3, Many(9));
        fleet.Manager.StartAll();
        for (var started = 0; started < 9; started += 3)
        {
            var launches = await Take(fleet, 3);
            Assert.Equal(3, fleet.Launcher.UnderWay);
            Assert.False(fleet.Launcher.TryNext(out _));
            foreach (var launch in launches)
                launch.Succeed();
        }

        await fleet.Manager.WaitUntilSettledAsync(TestContext.Current.CancellationToken);
        Assert.All(fleet.Manager.GetAllStatuses(), status => Assert.Equal(ServerState.Running, status.State));
    }

    [Fact(Timeout = 10_000)]
    public async Task A_server_that_hangs_gives_its_turn_back_at_its_time_out()
    {
        await using var fleet = new Fleet(1, Many(2));
        fleet.Manager.StartAll();
        var hanging = await fleet.NextLaunch();
        hanging.IgnoresCancellation = true; // its cleaning up takes long
        fleet.Time.Advance(TimeSpan.FromSeconds(30));
        var next = await fleet.NextLaunch();
        Assert.NotEqual(hanging.Config.Id, next.Config.Id);
        next.Succeed();
        await fleet.Reaches(ServerState.Running, next.Config.Id);
        hanging.Cancel();
    }

    [Fact(Timeout = 10_000)]
    public async Task A_launcher_that_blocks_does_not_make_its_server_deaf()
    {
        await using var fleet = new Fleet();
        using var gate = new ManualResetEventSlim();
        fleet.Launcher.OnLaunch = _ => gate.Wait(TestContext.Current.CancellationToken);
        fleet.Manager.StartAll();
        await fleet.Reaches(ServerState.Starting);
        var stopping = fleet.Manager.StopServerAsync(Fleet.Only, TestContext.Current.CancellationToken);
        await fleet.Reaches(ServerState.Stopping);
        gate.Set();
        Assert.Equal(ServerState.Stopped, (await stopping).State);
    }

    [Fact(Timeout = 10_000)]
    public async Task Settling_is_waited_for_even_right_after_the_request()
    {
        await using var fleet = new Fleet(Many(20));
        fleet.Manager.StartAll();
        var settled = fleet.Manager.WaitUntilSettledAsync(TestContext.Current.CancellationToken);
        foreach (var launch in await Take(fleet, 20))
            launch.Succeed();
        await settled;
        Assert.All(fleet.Manager.GetAllStatuses(), status => Assert.Equal(ServerState.Running, status.State));
    }

    [Fact(Timeout = 10_000)]
    public async Task Facts_of_a_run_reach_the_status_and_leave_with_the_process()
    {
        await using var fleet = new Fleet();
        fleet.Manager.StartAll();
        var launch = await fleet.NextLaunch();
        launch.Observer.ProcessStarted(4711);
        Assert.Equal(ServerState.Starting, (await fleet.Sees(status => status.Pid == 4711)).State);
        launch.Observer.FactsChanged(new RunFacts { Revision = "2025-11-25", ServerName = "files 1.0", ToolCount = 14, IsolationReason = "elicitation", SessionProcesses = 2 });
        var run = launch.Succeed();
        var running = await fleet.Reaches(ServerState.Running);
        Assert.Equal(("2025-11-25", "files 1.0", 14, "elicitation", 2), (running.Revision, running.ServerName, running.ToolCount, running.IsolationReason, running.SessionProcesses));
        Assert.Equal(fleet.Time.GetUtcNow(), running.RunningSince);

        run.Crash("exit code 1");
        var ended = await fleet.Reaches(ServerState.Restarting);
        Assert.Equal((null, null, 0), (ended.Pid, ended.RunningSince, ended.SessionProcesses));
    }

    [Fact(Timeout = 10_000)]
    public async Task A_disabled_server_is_listed_and_left_alone()
    {
        await using var fleet = new Fleet(Fleet.Server() with { Disabled = true });
        fleet.Manager.StartAll();
        await fleet.Manager.WaitUntilSettledAsync(TestContext.Current.CancellationToken);
        Assert.Equal(ServerState.Disabled, Assert.Single(fleet.Manager.GetAllStatuses()).State);
        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => fleet.Manager.StartServerAsync(Fleet.Only, TestContext.Current.CancellationToken));
        Assert.Contains("disabled", refused.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<InvalidOperationException>(() => fleet.Manager.RestartServerAsync(Fleet.Only, TestContext.Current.CancellationToken));
        Assert.Equal(ServerState.Disabled, (await fleet.Manager.StopServerAsync(Fleet.Only, TestContext.Current.CancellationToken)).State);
        Assert.Equal(0, fleet.Launcher.Count);
    }

    private static ServerConfig[] Many(int count) => [.. Enumerable.Range(0, count).Select(number => Fleet.Server($"s{number}"))];

    private static async Task<List<FakeLaunch>> Take(Fleet fleet, int count)
    {
        var launches = new List<FakeLaunch>();
        while (launches.Count < count)
            launches.Add(await fleet.NextLaunch());
        return launches;
    }
}
