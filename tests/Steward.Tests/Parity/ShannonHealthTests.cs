using Steward.Configuration;
using Steward.Supervision;
using Steward.Tests.Testing;
using Xunit;

namespace Steward.Tests.Parity;

/// <summary>Shannon's manager: probes, and what becomes of a server that does not answer them.</summary>
public sealed class ShannonHealthTests
{
    private static readonly HealthPolicy EveryMinute = new() { Interval = TimeSpan.FromSeconds(60), FailureThreshold = 2 };

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    /// <summary>There, a server probed every minute counted as unhealthy from the thirtieth second on.</summary>
    [Fact(Timeout = 10_000)]
    public async Task A_server_is_healthy_from_one_answer_to_the_next_however_far_apart_its_probes_are()
    {
        await using var fleet = new Fleet(Fleet.Server(health: EveryMinute));
        await fleet.Run();
        fleet.Time.Advance(EveryMinute.Interval);
        var healthy = await fleet.Sees(status => status.Health == ServerHealth.Healthy);

        fleet.Time.Advance(TimeSpan.FromSeconds(59));
        await fleet.Manager.WaitUntilSettledAsync(Cancelled);

        Assert.Equal((ServerState.Running, ServerHealth.Healthy, healthy.Version), (fleet.First.Status.State, fleet.First.Status.Health, fleet.First.Status.Version));
    }

    /// <summary>There, the loop that probed cancelled itself when it reconnected: at most one recovery, or two loops.</summary>
    [Fact(Timeout = 10_000)]
    public async Task A_server_that_stops_answering_again_and_again_is_restarted_each_time_later_and_probed_by_one_loop()
    {
        await using var fleet = new Fleet(Fleet.Server(health: EveryMinute, restart: new RestartPolicy { ResetAfter = TimeSpan.FromHours(1) }));
        fleet.Manager.StartAll();
        for (var round = 1; round <= 5; round++)
        {
            var run = await fleet.Ready(run => run.OnProbe = _ => Task.FromException(new IOException("no answer")));
            fleet.Time.Advance(EveryMinute.Interval);
            await fleet.Sees(status => status.Health == ServerHealth.Degraded);
            fleet.Time.Advance(EveryMinute.Interval);
            var waiting = await fleet.Sees(status => status.State == ServerState.Restarting && status.ConsecutiveFailures == round);

            Assert.Equal((2, round - 1), (run.Probes, waiting.Restarts));
            Assert.Equal(TimeSpan.FromSeconds(Math.Pow(2, round - 1)), waiting.NextRetryAt - fleet.Time.GetUtcNow());
            await fleet.WaitOutRetry();
        }

        await fleet.Ready();
        fleet.Time.Advance(EveryMinute.Interval);
        Assert.Equal(5, (await fleet.Sees(status => status.Health == ServerHealth.Healthy)).Restarts);
    }

    /// <summary>There, servers were connected again without end and at one pace.</summary>
    [Fact(Timeout = 10_000)]
    public async Task A_server_that_never_answers_is_given_up_in_the_end()
    {
        await using var fleet = new Fleet(Fleet.Server(health: EveryMinute with { FailureThreshold = 1 }, restart: new RestartPolicy { MaxRestartAttempts = 2, ResetAfter = TimeSpan.FromHours(1) }));
        fleet.Manager.StartAll();
        for (var round = 1; round <= 3; round++)
        {
            await fleet.Ready(run => run.OnProbe = _ => Task.FromException(new IOException("no answer")));
            fleet.Time.Advance(EveryMinute.Interval);
            await fleet.Sees(status => status.ConsecutiveFailures == round && status.State is ServerState.Restarting or ServerState.FailedToStart);
            if (round < 3)
                await fleet.WaitOutRetry();
        }

        Assert.Equal("no answer", (await fleet.Reaches(ServerState.FailedToStart)).LastError);
        fleet.Time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(3, fleet.Launcher.Count);
    }

    [Theory(Timeout = 10_000)]
    [InlineData("all")]
    [InlineData("one")]
    [InlineData("added")]
    [InlineData("restarted")]
    [InlineData("stopped and started")]
    public async Task A_server_is_watched_however_it_came_to_run(string way)
    {
        await using var fleet = new Fleet(Fleet.Server(health: EveryMinute));
        fleet.Launcher.OnLaunch = launch => launch.Succeed();
        var id = way == "added" ? "new" : Fleet.Only;
        if (way is "all" or "added")
            fleet.Manager.StartAll();
        else
            await fleet.Manager.StartServerAsync(id, Cancelled);
        if (way == "added")
            await fleet.Manager.AddServerAsync(Fleet.Server(id, health: EveryMinute), cancellationToken: Cancelled);
        if (way == "restarted")
            await fleet.Manager.RestartServerAsync(id, Cancelled);
        if (way == "stopped and started") // in one breath
            await Task.WhenAll(fleet.Manager.StopServerAsync(id, Cancelled), fleet.Manager.StartServerAsync(id, Cancelled));
        await fleet.Reaches(ServerState.Running, id);

        fleet.Time.Advance(EveryMinute.Interval);
        await fleet.Sees(status => status.Health == ServerHealth.Healthy, id);
        var run = (FakeRun)fleet.Manager.Servers.Single(server => server.Id == id).Current!;
        Assert.Equal(1, run.Probes);

        run.Crash("exit code 1");
        Assert.Equal("exit code 1", (await fleet.Reaches(ServerState.Restarting, id)).LastError);
    }
}
