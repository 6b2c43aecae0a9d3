using Steward.Configuration;
using Steward.Supervision;
using Steward.Tests.Testing;
using Xunit;

namespace Steward.Tests.Supervision;

/// <summary>Servers of <c>start: lazy</c>, which rest while nobody uses them.</summary>
public sealed class RestTests
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact(Timeout = 10_000)]
    public async Task A_lazy_server_whose_lists_are_known_is_not_started_with_the_others()
    {
        await using var fleet = new Fleet(Lazy());
        fleet.Manager.Remembered = Known;

        await fleet.Manager.StartAllAsync(Cancelled);

        Assert.Equal((ServerState.Stopped, true, 0), (fleet.First.Status.State, fleet.First.Status.StartsOnCall, fleet.Launcher.Count));
    }

    [Fact(Timeout = 10_000)]
    public async Task One_whose_lists_are_not_known_is_started_once_to_be_listed_and_rests_then()
    {
        await using var fleet = new Fleet(Lazy());
        var run = await fleet.Run(UnusedSince(fleet));
        fleet.Time.Advance(TimeSpan.FromSeconds(1));

        await fleet.Sees(static status => status is { State: ServerState.Stopped, StartsOnCall: true });
        Assert.True(run.IsDisposed);
        Assert.Equal(1, fleet.Launcher.Count);
    }

    [Fact(Timeout = 10_000)]
    public async Task A_hundred_calls_at_once_make_one_start()
    {
        await using var fleet = new Fleet(Lazy());
        fleet.Manager.Remembered = Known;
        await fleet.Manager.StartAllAsync(Cancelled);

        Parallel.For(0, 100, _ => fleet.First.Call());
        await fleet.Ready();

        Assert.Equal((1, false), (fleet.Launcher.Count, fleet.First.Status.StartsOnCall));
    }

    [Fact(Timeout = 10_000)]
    public async Task It_rests_when_nobody_has_used_it_for_as_long_as_it_may_and_not_while_somebody_does()
    {
        await using var fleet = new Fleet(Lazy());
        TimeSpan? unused = null;
        await RunsAsync(fleet, run => run.Unused = () => unused);
        fleet.Time.Advance(Minute);
        fleet.Time.Advance(Minute);
        await fleet.Manager.PassAsync(Fleet.Only, Cancelled);
        Assert.Equal(ServerState.Running, fleet.First.Status.State);

        unused = Minute - TimeSpan.FromSeconds(10);
        fleet.Time.Advance(Minute);
        await fleet.Manager.PassAsync(Fleet.Only, Cancelled);
        Assert.Equal(ServerState.Running, fleet.First.Status.State);
        unused = Minute;
        fleet.Time.Advance(TimeSpan.FromSeconds(10));

        Assert.True((await fleet.Reaches(ServerState.Stopped)).StartsOnCall);
    }

    [Fact(Timeout = 10_000)]
    public async Task A_call_that_comes_while_it_is_put_to_rest_has_it_started_anew()
    {
        await using var fleet = new Fleet(Lazy());
        var ends = new TaskCompletionSource();
        await RunsAsync(fleet, run =>
        {
            run.Unused = static () => Minute;
            run.OnStop = _ => ends.Task;
        });
        fleet.Time.Advance(Minute);
        await fleet.Sees(static status => status is { State: ServerState.Stopping, StartsOnCall: true });

        fleet.First.Call();
        await fleet.Sees(static status => status is { State: ServerState.Stopping, IsComingBack: true, StartsOnCall: false });
        ends.SetResult();

        await fleet.Ready();
        Assert.Equal(2, fleet.Launcher.Count);
    }

    [Fact(Timeout = 10_000)]
    public async Task Whoever_begins_to_use_it_in_the_moment_of_its_rest_keeps_it()
    {
        await using var fleet = new Fleet(Lazy());
        await RunsAsync(fleet, run => (run.Unused, run.MayRest) = (static () => Minute, false));
        fleet.Time.Advance(Minute);
        await fleet.Manager.PassAsync(Fleet.Only, Cancelled);
        Assert.Equal(ServerState.Running, fleet.First.Status.State);
    }

    [Fact(Timeout = 10_000)]
    public async Task What_a_person_stops_stays_stopped_whoever_calls()
    {
        await using var fleet = new Fleet(Lazy());
        fleet.Manager.Remembered = Known;
        await fleet.Manager.StartAllAsync(Cancelled);

        var stopped = await fleet.Manager.StopServerAsync(Fleet.Only, Cancelled);
        fleet.First.Call();
        await fleet.Manager.PassAsync(Fleet.Only, Cancelled);

        Assert.False(stopped.StartsOnCall);
        Assert.Equal((ServerState.Stopped, 0), (fleet.First.Status.State, fleet.Launcher.Count));
    }

    [Fact(Timeout = 10_000)]
    public async Task What_a_person_stops_in_the_moment_of_its_next_try_stays_stopped_whoever_calls()
    {
        var (time, logs) = (new FakeTimeProvider(), new FakeLoggerFactory());
        var launcher = new FakeLauncher { OnLaunch = static launch => launch.Fail("the port is taken") };
        await using var manager = new McpServerManager(new StewardConfig { Servers = [Lazy()] }, launcher, time, logs, new FixedRandom()) { Remembered = Known };
        await manager.StartAllAsync(Cancelled);
        var stopping = new TaskCompletionSource<Task<ServerStatus>>(TaskCreationOptions.RunContinuationsAsynchronously);
        logs.OnLine = _ =>
        {
            if (manager.Servers[0].Status.NextRetryAt is not { } due || stopping.Task.IsCompleted)
                return;
            var stop = manager.StopServerAsync(Fleet.Only, Cancelled); // the loop is busy with this line, and hears both in this order
            time.Advance(due - time.GetUtcNow());
            stopping.SetResult(stop);
        };

        manager.Servers[0].Call();
        await await stopping.Task;
        await manager.PassAsync(Fleet.Only, Cancelled);
        manager.Servers[0].Call();
        await manager.PassAsync(Fleet.Only, Cancelled);

        var status = manager.Servers[0].Status;
        Assert.Equal((ServerState.Stopped, false, 1), (status.State, status.StartsOnCall, launcher.Count));
    }

    [Fact(Timeout = 10_000)]
    public async Task A_new_definition_of_one_that_rests_is_listed_and_an_eager_one_is_started()
    {
        await using var fleet = new Fleet(Lazy());
        fleet.Manager.Remembered = Known;
        await fleet.Manager.StartAllAsync(Cancelled);

        var updating = fleet.Manager.UpdateServerAsync(Lazy() with { Args = ["new"] }, Cancelled);
        await fleet.Ready(UnusedSince(fleet));
        await updating;
        fleet.Time.Advance(TimeSpan.FromSeconds(1));
        await fleet.Sees(static status => status is { State: ServerState.Stopped, StartsOnCall: true });

        updating = fleet.Manager.UpdateServerAsync(Lazy() with { Args = ["new"], Start = ServerStart.Eager }, Cancelled);
        await fleet.Ready();
        Assert.Equal(ServerState.Running, (await updating).State);
    }

    [Fact(Timeout = 10_000)]
    public async Task An_eager_server_rests_as_well_where_it_may_and_comes_back_by_a_call()
    {
        await using var fleet = new Fleet(Fleet.Server() with { IdleStop = Minute });
        await fleet.Run(run => run.Unused = static () => Minute);
        fleet.Time.Advance(Minute);
        var resting = await fleet.Sees(static status => status is { State: ServerState.Stopped, StartsOnCall: true });
        Assert.Equal((0, 0, null), (resting.Restarts, resting.ConsecutiveFailures, resting.LastError));

        fleet.First.Call();
        await fleet.Ready();
        Assert.Equal((0, false), (fleet.First.Status.Restarts, fleet.First.Status.StartsOnCall));
    }

    [Fact(Timeout = 10_000)]
    public async Task One_that_does_not_come_up_is_tried_again_while_somebody_waits_for_it_and_rests_then()
    {
        await using var fleet = new Fleet(Lazy());
        fleet.Manager.Remembered = Known;
        await fleet.Manager.StartAllAsync(Cancelled);
        fleet.First.CountWaiting(+1);
        fleet.First.Call();
        (await fleet.NextLaunch()).Fail("the port is taken");
        await fleet.WaitOutRetry();
        (await fleet.NextLaunch()).Fail("the port is taken");
        await fleet.Sees(static status => status is { State: ServerState.Restarting, ConsecutiveFailures: 2 });

        fleet.First.CountWaiting(-1);
        await fleet.WaitOutRetry();

        var resting = await fleet.Sees(static status => status is { State: ServerState.Stopped, StartsOnCall: true });
        Assert.Equal((0, "the port is taken", 2), (resting.ConsecutiveFailures, resting.LastError, fleet.Launcher.Count));
        fleet.First.Call();
        await fleet.Ready();
        Assert.Null(fleet.First.Status.LastError);
    }

    [Fact(Timeout = 10_000)]
    public async Task One_that_crashes_while_nobody_waits_for_it_rests_until_the_next_call_unless_somebody_relies_on_it()
    {
        await using var fleet = new Fleet(Lazy());
        var isHeld = true;
        fleet.First.IsHeld = () => isHeld;
        var first = await RunsAsync(fleet, static _ => { });
        first.Crash("it fell");
        await fleet.WaitOutRetry();
        var second = await fleet.Ready();

        isHeld = false;
        second.Crash("it fell again");
        await fleet.WaitOutRetry();
        Assert.Equal("it fell again", (await fleet.Sees(static status => status is { State: ServerState.Stopped, StartsOnCall: true })).LastError);
    }

    [Fact(Timeout = 10_000)]
    public async Task One_that_is_started_to_be_listed_is_tried_until_it_has_been()
    {
        await using var fleet = new Fleet(Lazy());
        fleet.Manager.StartAll();
        (await fleet.NextLaunch()).Fail("not yet");
        await fleet.WaitOutRetry();

        await fleet.Ready(UnusedSince(fleet));
        fleet.Time.Advance(TimeSpan.FromSeconds(1));
        await fleet.Sees(static status => status is { State: ServerState.Stopped, StartsOnCall: true });
    }

    [Fact(Timeout = 10_000)]
    public async Task How_it_is_started_and_when_it_rests_changes_while_it_runs()
    {
        var eager = Fleet.Server();
        await using var fleet = new Fleet(eager);
        var run = await fleet.Run(static run => run.Unused = static () => Minute);
        fleet.Time.Advance(5 * Minute);
        await fleet.Manager.PassAsync(Fleet.Only, Cancelled);
        Assert.Equal(ServerState.Running, fleet.First.Status.State);

        await fleet.Manager.UpdateServerAsync(eager with { Start = ServerStart.Lazy, IdleStop = Minute }, Cancelled);
        Assert.Same(run, fleet.First.Current);
        fleet.Time.Advance(Minute);

        await fleet.Sees(static status => status is { State: ServerState.Stopped, StartsOnCall: true });
        var updating = fleet.Manager.UpdateServerAsync(eager, Cancelled);
        await fleet.Ready(static run => run.Unused = static () => Minute);
        await updating;
        fleet.Time.Advance(5 * Minute);
        await fleet.Manager.PassAsync(Fleet.Only, Cancelled);
        Assert.Equal(ServerState.Running, fleet.First.Status.State);
    }

    [Fact(Timeout = 10_000)]
    public async Task What_is_known_of_one_that_rests_is_in_its_status()
    {
        await using var fleet = new Fleet(Lazy());
        fleet.Manager.Remembered = Known;
        var outcomes = await fleet.Manager.StartAllAsync(Cancelled);
        Assert.Null(outcomes[Fleet.Only].Error);
        Assert.Equal((3, ServerHealth.Unknown), (fleet.First.Status.ToolCount, fleet.First.Status.Health));
    }

    private static RunFacts? Known(ServerConfig config) => new() { ToolCount = 3 };

    private static ServerConfig Lazy() => Fleet.Server() with { Start = ServerStart.Lazy, IdleStop = Minute };

    private static Action<FakeRun> UnusedSince(Fleet fleet)
    {
        var begun = fleet.Time.GetTimestamp();
        return run => run.Unused = () => fleet.Time.GetElapsedTime(begun);
    }

    private static async Task<FakeRun> RunsAsync(Fleet fleet, Action<FakeRun> arrange)
    {
        var starting = fleet.Manager.StartServerAsync(Fleet.Only, Cancelled);
        var run = await fleet.Ready(arrange);
        await starting;
        return run;
    }
}
