using Steward.Configuration;
using Steward.Supervision;
using Steward.Tests.Testing;
using Xunit;

namespace Steward.Tests.Supervision;

public sealed class HealthTests
{
    private static readonly HealthPolicy Policy = new() { Interval = TimeSpan.FromSeconds(10), Timeout = TimeSpan.FromSeconds(3), FailureThreshold = 2 };

    [Fact(Timeout = 10_000)]
    public async Task An_answered_probe_makes_a_server_healthy()
    {
        await using var fleet = Probed();
        var run = await fleet.Run();
        Assert.Equal(ServerHealth.Unknown, fleet.First.Status.Health);
        fleet.Time.Advance(Policy.Interval);
        await fleet.Sees(status => status.Health == ServerHealth.Healthy);
        Assert.Equal(1, run.Probes);
    }

    [Fact(Timeout = 10_000)]
    public async Task Failures_degrade_and_at_the_threshold_restart_after_the_back_off()
    {
        await using var fleet = Probed();
        var stop = new TaskCompletionSource();
        var run = await fleet.Run(run =>
        {
            run.OnProbe = _ => Task.FromException(new IOException("no answer"));
            run.OnStop = _ => stop.Task;
        });

        fleet.Time.Advance(Policy.Interval);
        Assert.Equal(ServerState.Running, (await fleet.Sees(status => status.Health == ServerHealth.Degraded)).State);
        fleet.Time.Advance(Policy.Interval);
        Assert.Equal(ServerState.Stopping, (await fleet.Sees(status => status.Health == ServerHealth.Unhealthy)).State);
        await run.StopRequested;
        Assert.Null(fleet.First.Current);
        Assert.Equal(1, fleet.Launcher.Count);

        stop.SetResult();
        var status = await fleet.Reaches(ServerState.Restarting);
        Assert.Equal((1, "no answer"), (status.ConsecutiveFailures, status.LastError));
        await fleet.WaitOutRetry();
        await fleet.Ready();
    }

    [Fact(Timeout = 10_000)]
    public async Task One_answer_forgives_the_failures_before_it()
    {
        await using var fleet = Probed();
        var fails = true;
        await fleet.Run(run => run.OnProbe = _ => fails ? Task.FromException(new IOException("no answer")) : Task.CompletedTask);
        foreach (var health in (ServerHealth[])[ServerHealth.Degraded, ServerHealth.Healthy, ServerHealth.Degraded, ServerHealth.Healthy])
        {
            fails = health == ServerHealth.Degraded;
            fleet.Time.Advance(Policy.Interval);
            Assert.Equal(ServerState.Running, (await fleet.Sees(status => status.Health == health)).State);
        }
    }

    [Fact(Timeout = 10_000)]
    public async Task A_probe_without_answer_fails_at_its_time_out_and_names_it()
    {
        await using var fleet = Probed();
        var probing = new TaskCompletionSource();
        await fleet.Run(run => run.OnProbe = cancellationToken =>
        {
            probing.TrySetResult();
            return Task.Delay(Timeout.InfiniteTimeSpan, fleet.Time, cancellationToken);
        });

        fleet.Time.Advance(Policy.Interval);
        await probing.Task;
        fleet.Time.Advance(Policy.Timeout);
        var status = await fleet.Sees(status => status.Health == ServerHealth.Degraded);
        Assert.Equal("no answer to a health probe within 3 s (health.timeoutMs)", status.LastError);
    }

    [Fact(Timeout = 10_000)]
    public async Task Probes_never_overlap_however_slow_they_are()
    {
        await using var fleet = Probed(Policy with { Timeout = TimeSpan.FromSeconds(100) });
        var answer = new TaskCompletionSource();
        var probing = new TaskCompletionSource();
        var run = await fleet.Run(run => run.OnProbe = _ =>
        {
            probing.TrySetResult();
            return answer.Task;
        });

        fleet.Time.Advance(Policy.Interval);
        await probing.Task;
        fleet.Time.Advance(5 * Policy.Interval);
        Assert.Equal(1, run.Probes);
        answer.SetResult();
        await fleet.Sees(status => status.Health == ServerHealth.Healthy);
        Assert.False(run.ProbesOverlapped);
    }

    [Fact(Timeout = 10_000)]
    public async Task A_probe_ends_with_its_run_and_says_nothing_of_the_next()
    {
        await using var fleet = Probed();
        var probing = new TaskCompletionSource();
        var run = await fleet.Run(run => run.OnProbe = async cancellationToken =>
        {
            probing.TrySetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, fleet.Time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            throw new IOException("the pipe broke");
        });
        fleet.Time.Advance(Policy.Interval);
        await probing.Task;

        run.Crash("exit code 1");
        await fleet.WaitOutRetry();
        await fleet.Ready();
        Assert.Equal(("exit code 1", ServerHealth.Unknown), (fleet.First.Status.LastError, fleet.First.Status.Health));
    }

    private static Fleet Probed(HealthPolicy? policy = null) => new(Fleet.Server(health: policy ?? Policy));
}
