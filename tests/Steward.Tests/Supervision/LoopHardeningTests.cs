using Steward.Configuration;
using Steward.Supervision;
using Steward.Tests.Testing;
using Xunit;

namespace Steward.Tests.Supervision;

/// <summary>A server's loop hears every request, whatever the code that it calls does.</summary>
public sealed class LoopHardeningTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact(Timeout = 10_000)]
    public async Task A_run_that_fails_over_being_forced_does_not_keep_force_from_the_others()
    {
        await using var fleet = new Fleet(Fleet.Server("a"), Fleet.Server("b"), Fleet.Server("c"));
        fleet.Launcher.OnLaunch = launch => launch.Succeed(run => run.OnStop = async force =>
        {
            var forced = new TaskCompletionSource();
            await using var registration = force.Register(() =>
            {
                forced.SetResult();
                throw new InvalidDataException("a bug of ours");
            });
            await forced.Task;
        });
        fleet.Manager.StartAll();
        await fleet.Manager.WaitUntilSettledAsync(Cancelled);

        using var patience = new CancellationTokenSource();
        var shutdown = fleet.Manager.ShutdownAsync(patience.Token);
        await fleet.Reaches(ServerState.Stopping, "c");
        await patience.CancelAsync(); // throws nothing at whoever has lost patience
        await shutdown;
        Assert.All(fleet.Manager.GetAllStatuses(), status => Assert.Equal(ServerState.Stopped, status.State));
    }

    [Fact(Timeout = 10_000)]
    public async Task A_log_that_fails_stops_nobody_from_supervising()
    {
        var time = new FakeTimeProvider();
        var launcher = new FakeLauncher();
        using var loggers = new ThrowingLoggers();
        var config = new StewardConfig { Servers = [Fleet.Server(restart: new RestartPolicy { MaxRestartAttempts = 1 })] };
        await using var manager = new McpServerManager(config, launcher, time, loggers, new FixedRandom());
        launcher.OnLaunch = launch => throw new InvalidDataException("a bug of ours");
        manager.StartAll();
        await manager.WaitForStatusAsync(Fleet.Only, status => status.State == ServerState.Restarting, Cancelled);
        time.Advance(TimeSpan.FromSeconds(1));
        await manager.WaitForStatusAsync(Fleet.Only, status => status.State == ServerState.FailedToStart, Cancelled);

        launcher.OnLaunch = launch => launch.Succeed(run =>
        {
            run.OnStop = _ => Task.FromException(new InvalidDataException("another"));
            run.DisposalFailure = new InvalidDataException("and another");
        });
        Assert.Equal(ServerState.Running, (await manager.StartServerAsync(Fleet.Only, Cancelled)).State);
        Assert.Equal(ServerState.Running, (await manager.RestartServerAsync(Fleet.Only, Cancelled)).State);
        Assert.Equal(ServerState.Stopped, (await manager.StopServerAsync(Fleet.Only, Cancelled)).State);
    }

    [Fact(Timeout = 30_000)]
    public async Task Orders_from_many_threads_leave_no_run_and_no_timer_behind()
    {
        string[] ids = ["a", "b", "c", "d"];
        await using var fleet = new Fleet(2, [.. ids.Select(id => Fleet.Server(id, health: new HealthPolicy()))]);
        fleet.Launcher.OnLaunch = launch => launch.Succeed();
        await Parallel.ForAsync(0, 8, Cancelled, async (worker, cancellationToken) =>
        {
            var random = new Random(worker);
            for (var step = 0; step < 250; step++)
            {
                var id = ids[random.Next(ids.Length)];
                var status = await (random.Next(4) switch
                {
                    0 => fleet.Manager.StopServerAsync(id, cancellationToken),
                    1 => fleet.Manager.TryRestartServerAsync(id, cancellationToken),
                    _ => fleet.Manager.TryStartServerAsync(id, cancellationToken),
                });
                Assert.True(status.State is ServerState.Running or ServerState.Stopped, $"{id} is {status.State}: {status.LastError}");
            }
        });

        await fleet.Manager.ShutdownAsync(Cancelled);
        Assert.Null(fleet.Launcher.LivedTwice);
        Assert.All(ids, id => Assert.Equal(0, fleet.Launcher.Living(id)));
        Assert.All(fleet.Manager.Servers, server => Assert.Null(server.Current));
    }
}
