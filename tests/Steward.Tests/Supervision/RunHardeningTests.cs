using Steward.Configuration;
using Steward.Supervision;
using Steward.Tests.Testing;
using Xunit;

namespace Steward.Tests.Supervision;

/// <summary>What a status says of a run is true of that run, and of no other.</summary>
public sealed class RunHardeningTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact(Timeout = 10_000)]
    public async Task A_server_that_does_not_answer_is_never_proven_however_long_it_runs()
    {
        var health = new HealthPolicy { Interval = TimeSpan.FromSeconds(200), FailureThreshold = 10 };
        await using var fleet = new Fleet(Fleet.Server(restart: new RestartPolicy { ResetAfter = TimeSpan.FromSeconds(300) }, health: health));
        (await fleet.Run()).Crash("once");
        await fleet.WaitOutRetry();
        var answers = false;
        await fleet.Ready(run => run.OnProbe = _ => answers ? Task.CompletedTask : Task.FromException(new IOException("no answer")));

        fleet.Time.Advance(health.Interval);
        await fleet.Sees(status => status.Health == ServerHealth.Degraded);
        answers = true;
        fleet.Time.Advance(health.Interval); // 400 s of running, and only now it answers
        await fleet.Sees(status => status.Health == ServerHealth.Healthy);
        await fleet.Manager.WaitUntilSettledAsync(Cancelled);
        Assert.Equal(1, fleet.First.Status.ConsecutiveFailures);

        fleet.Time.Advance(TimeSpan.FromSeconds(299));
        await fleet.Manager.WaitUntilSettledAsync(Cancelled);
        Assert.Equal(1, fleet.First.Status.ConsecutiveFailures);
        fleet.Time.Advance(TimeSpan.FromSeconds(1));
        await fleet.Sees(status => status.ConsecutiveFailures == 0);
    }

    [Fact(Timeout = 10_000)]
    public async Task A_run_that_nobody_can_watch_any_more_has_ended_and_nothing_is_left_of_it()
    {
        await using var fleet = new Fleet();
        var run = await fleet.Run();
        run.Break(new InvalidDataException("a bug of ours"));
        var status = await fleet.Reaches(ServerState.Restarting);
        Assert.Equal(("it is not known how it ended", true), (status.LastError, run.IsDisposed));
        await fleet.WaitOutRetry();
        await fleet.Ready();
        Assert.Null(fleet.Launcher.LivedTwice);
    }

    [Theory(Timeout = 10_000)]
    [InlineData(ServerTransport.Stdio, null, "its process did not come up")]
    [InlineData(ServerTransport.Stdio, 4711, "its process (pid 4711) was up, but did not answer the handshake and the first listing")]
    [InlineData(ServerTransport.Http, null, "its endpoint did not answer the handshake and the first listing")]
    public async Task A_start_that_runs_out_of_time_says_what_it_waited_for_and_what_to_do(ServerTransport transport, int? pid, string expected)
    {
        await using var fleet = new Fleet(Fleet.Server() with { Transport = transport, StartupTimeout = TimeSpan.FromSeconds(1.5) });
        fleet.Manager.StartAll();
        var launch = await fleet.NextLaunch();
        if (pid is not null)
            launch.Observer.ProcessStarted(pid.Value);
        fleet.Time.Advance(TimeSpan.FromSeconds(1.5));
        var status = await fleet.Reaches(ServerState.Restarting);
        Assert.Equal($"Server 'files' was not ready within 1.5 s: {expected}. Look at its log; raise startupTimeoutMs if it only needs longer.", status.LastError);
        Assert.Null(status.Pid);
    }

    [Fact(Timeout = 10_000)]
    public async Task A_wait_is_asked_of_its_own_server_only()
    {
        var board = new StatusBoard();
        var asked = new List<string>();
        Publish("a");
        Publish("b");
        var waiting = board.WaitForAsync("b", status => { asked.Add(status.Id); return status.Version == 2; }, Cancelled);
        Publish("a");
        Publish("b");
        await waiting;
        Assert.Equal(["b", "b"], asked);

        void Publish(string id) => board.Publish(new ServerStatus { Id = id, State = ServerState.Stopped, Since = DateTimeOffset.UnixEpoch });
    }
}
