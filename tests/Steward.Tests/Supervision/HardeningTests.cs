using Steward.Configuration;
using Steward.Supervision;
using Steward.Tests.Testing;
using Xunit;

namespace Steward.Tests.Supervision;

/// <summary>What must not happen, however awkwardly a run, a launch or a reader behaves.</summary>
public sealed class HardeningTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact(Timeout = 10_000)]
    public async Task A_server_that_closed_its_output_is_out_of_reach_at_once_and_has_failed()
    {
        await using var fleet = new Fleet();
        var stop = new TaskCompletionSource();
        var run = await fleet.Run(run => run.OnStop = _ => stop.Task);
        run.Lose("closed its output");
        Assert.Equal("closed its output", (await fleet.Reaches(ServerState.Stopping)).LastError);
        Assert.Null(fleet.First.Current);

        stop.SetResult();
        var status = await fleet.Reaches(ServerState.Restarting);
        Assert.Equal((1, "closed its output"), (status.ConsecutiveFailures, status.LastError));
        await fleet.WaitOutRetry();
        await fleet.Ready();
    }

    [Fact(Timeout = 10_000)]
    public async Task A_shutdown_can_force_the_end_of_a_server_that_closed_its_output()
    {
        await using var fleet = new Fleet();
        var run = await fleet.Run(run => run.OnStop = force => Task.Delay(Timeout.InfiniteTimeSpan, fleet.Time, force));
        run.Lose("closed its output");
        await run.StopRequested;
        await fleet.Manager.ShutdownAsync(new CancellationToken(canceled: true));
        Assert.Equal(ServerState.Stopped, fleet.First.Status.State);
        Assert.True(run.IsDisposed);
    }

    [Fact(Timeout = 10_000)]
    public async Task Late_word_of_a_run_that_is_over_changes_nothing()
    {
        await using var fleet = new Fleet();
        var run = await fleet.Run();
        run.Crash("exit code 1");
        var ended = await fleet.Reaches(ServerState.Restarting);
        run.Launch.Observer.ProcessStarted(4711);
        run.Launch.Observer.FactsChanged(new RunFacts { ToolCount = 9, SessionProcesses = 3 });
        await fleet.Manager.WaitUntilSettledAsync(Cancelled);
        Assert.Equal(ended, fleet.First.Status);
    }

    [Fact(Timeout = 10_000)]
    public async Task Facts_that_say_nothing_new_are_no_change()
    {
        await using var fleet = new Fleet();
        var run = await fleet.Run();
        run.Launch.Observer.FactsChanged(new RunFacts { ToolCount = 9 });
        var status = await fleet.Sees(status => status.ToolCount == 9);
        run.Launch.Observer.FactsChanged(new RunFacts { ToolCount = 9 });
        await fleet.Manager.WaitUntilSettledAsync(Cancelled);
        Assert.Equal(status.Version, fleet.First.Status.Version);
    }

    [Fact(Timeout = 10_000)]
    public async Task What_an_aborted_launch_breaks_on_its_way_out_is_no_error_of_the_server()
    {
        await using var fleet = new Fleet();
        fleet.Launcher.OnLaunch = launch => launch.IgnoresCancellation = true;
        fleet.Manager.StartAll();
        var launch = await fleet.NextLaunch();
        var stopping = fleet.Manager.StopServerAsync(Fleet.Only, Cancelled);
        await fleet.Reaches(ServerState.Stopping);
        launch.Fail(new IOException("the pipe broke"));
        Assert.Equal((null, 0), ((await stopping).LastError, fleet.First.Status.ConsecutiveFailures));
    }

    [Fact(Timeout = 10_000)]
    public async Task A_shutdown_can_force_the_end_of_a_launch_that_was_given_up()
    {
        await using var fleet = new Fleet();
        fleet.Launcher.OnLaunch = launch => launch.IgnoresCancellation = true;
        fleet.Manager.StartAll();
        var launch = await fleet.NextLaunch();
        await using var registration = launch.Force.Register(launch.Cancel);
        var gentle = fleet.Manager.ShutdownAsync(CancellationToken.None);
        await fleet.Reaches(ServerState.Stopping);
        Assert.False(gentle.IsCompleted);
        await fleet.Manager.ShutdownAsync(new CancellationToken(canceled: true));
        await gentle;
        Assert.Equal(ServerState.Stopped, fleet.First.Status.State);
    }

    [Fact(Timeout = 10_000)]
    public async Task A_callback_that_throws_when_a_launch_is_given_up_hurts_nobody()
    {
        await using var fleet = new Fleet();
        fleet.Manager.StartAll();
        var launch = await fleet.NextLaunch();
        await using var registration = launch.Cancellation.Register(() => throw new IOException("cannot cancel"));
        Assert.Equal(ServerState.Stopped, (await fleet.Manager.StopServerAsync(Fleet.Only, Cancelled)).State);
        await fleet.Run();
    }

    [Fact(Timeout = 10_000)]
    public async Task A_callback_that_blocks_when_a_launch_is_given_up_does_not_make_its_server_deaf()
    {
        await using var fleet = new Fleet();
        using var gate = new ManualResetEventSlim();
        fleet.Manager.StartAll();
        var launch = await fleet.NextLaunch();
        await fleet.Reaches(ServerState.Starting);
        using var registration = launch.Cancellation.Register(() => gate.Wait(Cancelled));
        var stopping = fleet.Manager.StopServerAsync(Fleet.Only, Cancelled);
        await fleet.Reaches(ServerState.Stopping);
        Assert.False(stopping.IsCompleted);
        gate.Set();
        Assert.Equal(ServerState.Stopped, (await stopping).State);
    }

    [Fact(Timeout = 10_000)]
    public async Task A_bug_in_the_handling_of_one_server_ends_neither_the_others_nor_the_shutdown()
    {
        var launcher = new FakeLauncher { OnLaunch = launch => (launch.Config.Id == "bad" ? () => launch.Fail("no") : (Action)(() => launch.Succeed()))() };
        var time = new FakeTimeProvider();
        var logs = new FakeLoggerFactory();
        var config = new StewardConfig { Servers = [Fleet.Server("bad"), Fleet.Server("good")] };
        await using var manager = new McpServerManager(config, launcher, time, logs, new BrokenRandom());
        manager.StartAll();
        await manager.WaitForStatusAsync("good", status => status.State == ServerState.Running, Cancelled);
        await logs.Sees(line => line.Contains("LaunchFailed could not be handled", StringComparison.Ordinal), Cancelled);

        var shutdown = manager.ShutdownAsync(CancellationToken.None);
        await manager.WaitForStatusAsync("good", status => status.State == ServerState.Stopped, Cancelled);
        time.Advance(TimeSpan.FromSeconds(17)); // drain, grace and the slack of a supervisor that cannot end
        await shutdown;
    }

    [Fact(Timeout = 10_000)]
    public async Task Readers_and_waits_come_to_their_end_with_the_manager()
    {
        await using var fleet = new Fleet();
        await fleet.Run();
        var waiting = fleet.Manager.WaitForStatusAsync(Fleet.Only, status => status.State == ServerState.Crashed, CancellationToken.None);
        var reading = ReadToEndAsync(fleet.Manager);
        await fleet.Manager.ShutdownAsync(CancellationToken.None);

        var told = await Assert.ThrowsAsync<ObjectDisposedException>(() => waiting);
        Assert.Contains("'files'", told.Message, StringComparison.Ordinal);
        Assert.Equal(ServerState.Stopped, (await reading)[^1].State);
        Assert.Equal(ServerState.Stopped, Assert.Single(await ReadToEndAsync(fleet.Manager)).State); // what is can still be read
    }

    [Fact(Timeout = 10_000)]
    public async Task A_launch_that_outlives_the_shutdown_still_ends_well()
    {
        await using var fleet = new Fleet();
        fleet.Launcher.OnLaunch = launch => launch.IgnoresCancellation = true;
        fleet.Manager.StartAll();
        var launch = await fleet.NextLaunch();
        var shutdown = fleet.Manager.ShutdownAsync(CancellationToken.None);
        await fleet.Reaches(ServerState.Stopping);
        fleet.Time.Advance(TimeSpan.FromSeconds(17));
        await shutdown;

        var run = launch.Succeed();
        await run.StopRequested;
        while (fleet.First.Status.State != ServerState.Stopped)
            await Task.Yield(); // the feed has ended; the loop has not
        Assert.True(run.IsDisposed);
    }

    [Fact(Timeout = 10_000)]
    public async Task Giving_up_is_said_loudly_and_a_restart_less_so()
    {
        var launcher = new FakeLauncher { OnLaunch = launch => launch.Fail("exit code 3") };
        var time = new FakeTimeProvider();
        var logs = new FakeLoggerFactory();
        var config = new StewardConfig { Servers = [Fleet.Server(restart: new RestartPolicy { MaxRestartAttempts = 1 })] };
        await using var manager = new McpServerManager(config, launcher, time, logs, new FixedRandom());
        manager.StartAll();
        await logs.Sees(line => line.StartsWith("Warning: files failed, 1 in a row: exit code 3. It is started again at 2030-01-01", StringComparison.Ordinal), Cancelled);
        time.Advance(TimeSpan.FromSeconds(1));
        await logs.Sees(line => line.StartsWith("Error: files is given up, 2 failures in a row: exit code 3.", StringComparison.Ordinal), Cancelled);
    }

    private static async Task<List<ServerStatus>> ReadToEndAsync(McpServerManager manager)
    {
        var seen = new List<ServerStatus>();
        await foreach (var status in manager.WatchAsync(CancellationToken.None))
            seen.Add(status);
        return seen;
    }

    private sealed class BrokenRandom : Random
    {
        public override double NextDouble() => throw new InvalidOperationException("no dice");
    }
}
