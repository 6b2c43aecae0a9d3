using System.Collections.Concurrent;
using Steward.Configuration;
using Steward.Supervision;
using Steward.Tests.Testing;
using Xunit;

namespace Steward.Tests.Supervision;

/// <summary>Random operations on a few servers; whatever their order, what supervision promises must hold.</summary>
public sealed class ModelTests
{
    private const int Steps = 1500;

    // Every way from one state to another that there is.
    private static readonly HashSet<(ServerState From, ServerState To)> Ways =
    [
        (ServerState.Stopped, ServerState.Starting), (ServerState.Crashed, ServerState.Starting), (ServerState.FailedToStart, ServerState.Starting),
        (ServerState.Crashed, ServerState.Stopped), (ServerState.FailedToStart, ServerState.Stopped),
        (ServerState.Starting, ServerState.Running), (ServerState.Starting, ServerState.Stopping), (ServerState.Starting, ServerState.Restarting),
        (ServerState.Starting, ServerState.Crashed), (ServerState.Starting, ServerState.FailedToStart),
        (ServerState.Running, ServerState.Stopping), (ServerState.Running, ServerState.Restarting), (ServerState.Running, ServerState.Crashed),
        (ServerState.Running, ServerState.FailedToStart), (ServerState.Running, ServerState.Starting),
        (ServerState.Stopping, ServerState.Stopped), (ServerState.Stopping, ServerState.Starting), (ServerState.Stopping, ServerState.Restarting),
        (ServerState.Stopping, ServerState.Crashed), (ServerState.Stopping, ServerState.FailedToStart),
        (ServerState.Restarting, ServerState.Starting), (ServerState.Restarting, ServerState.Stopped),
        (ServerState.Stopped, ServerState.Disabled), (ServerState.Crashed, ServerState.Disabled), (ServerState.FailedToStart, ServerState.Disabled),
        (ServerState.Restarting, ServerState.Disabled), (ServerState.Stopping, ServerState.Disabled), (ServerState.Disabled, ServerState.Stopped),
    ];

    private static readonly ServerConfig[] Servers =
    [
        Probed(Fleet.Server("patient", new RestartPolicy { MaxRestartAttempts = 1000 })),
        Probed(Fleet.Server("brief", new RestartPolicy { MaxRestartAttempts = 2, InitialDelay = TimeSpan.Zero })),
        Probed(Fleet.Server("never", RestartPolicy.Never)) with { Update = ServerUpdateMode.InPlace },
    ];

    [Theory(Timeout = 60_000)]
    [InlineData(1)]
    [InlineData(20)]
    [InlineData(300)]
    [InlineData(4000)]
    public async Task Promises_hold_in_whatever_order_things_happen(int seed)
    {
        var random = new Random(seed);
        var pending = new ConcurrentBag<Task>();
        var removals = new List<Task>();
        var launches = new List<FakeLaunch>();
        var runs = new List<FakeRun>();
        await using var fleet = new Fleet(2, Servers);
        using var watched = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var watching = WatchAsync(fleet, watched.Token);
        for (var step = 0; step < Steps; step++)
        {
            Step(fleet, random, pending, removals, launches, runs);
            if (random.Next(3) > 0)
                await Task.Yield(); // the loops run beside the test: sometimes ahead of it, sometimes behind
            while (fleet.Launcher.TryNext(out var launch))
                launches.Add(launch!);
            AssertPromises(fleet, $"seed {seed}, step {step}");
        }

        await AssertCurrentOnlyWhileRunning(fleet);
        await fleet.Manager.ShutdownAsync(new CancellationToken(canceled: true));
        await Task.WhenAll(pending);
        await watched.CancelAsync();
        Assert.Null(await watching);
        Assert.All(Servers, server => Assert.Equal(0, fleet.Launcher.Living(server.Id)));
        Assert.All(fleet.Manager.GetAllStatuses(), status => Assert.True(status.State is ServerState.Stopped or ServerState.Disabled));
        Assert.True(fleet.Launcher.Count > Steps / 50, $"only {fleet.Launcher.Count} launches: the test has not tried much");
    }

    private static void Step(Fleet fleet, Random random, ConcurrentBag<Task> pending, List<Task> removals, List<FakeLaunch> launches, List<FakeRun> runs)
    {
        var id = Servers[random.Next(Servers.Length)].Id;
        switch (random.Next(15))
        {
            case 0 or 1:
                pending.Add(Outcome(fleet.Manager.StartServerAsync(id)));
                break;
            case 2:
                pending.Add(Outcome(fleet.Manager.StopServerAsync(id)));
                break;
            case 3:
                pending.Add(Outcome(fleet.Manager.RestartServerAsync(id)));
                break;
            case 4 or 5 or 6 when Pick(launches, random) is { } launch:
                var answers = new Random(random.Next()); // probes run beside the test, whose dice are its own
                if (launch.TrySucceed(run => run.OnProbe = _ => answers.Next(3) > 0 ? Task.CompletedTask : Task.FromException(new IOException("no answer"))) is { } ready)
                    runs.Add(ready);
                break;
            case 7 when Pick(launches, random) is { } launch:
                launch.Fail("exit code 1", isPermanent: random.Next(10) == 0);
                break;
            case 8 when Pick(runs, random) is { } run:
                if (random.Next(3) == 0)
                    run.Lose("closed its output");
                else
                    run.Crash("SIGSEGV");
                break;
            case 9:
                pending.Add(Outcome(random.Next(2) == 0 ? fleet.Manager.DisableServerAsync(id) : fleet.Manager.EnableServerAsync(id)));
                break;
            case 10 when fleet.Manager.FindConfig(id) is { } config:
                pending.Add(Outcome(fleet.Manager.UpdateServerAsync(config with { Args = [$"{random.Next(3)}"], Name = $"{random.Next(3)}" })));
                break;
            case 11 when random.Next(2) == 0:
                var removal = fleet.Manager.RemoveServerAsync(id);
                pending.Add(removal);
                removals.Add(removal);
                break;
            case 11:
                pending.Add(Outcome(fleet.Manager.AddServerAsync(Servers.First(server => server.Id == id))));
                break;
            // What is not gone in time is given up. Here it is only the machine that is slow.
            default:
                removals.RemoveAll(static removal => removal.IsCompleted);
                if (removals.Count > 0)
                    break;
                fleet.Time.Advance(TimeSpan.FromMilliseconds(random.Next(20_000)));
                break;
        }
    }

    /// <summary>A request may end in any state or be refused at the shutdown, but it ends.</summary>
    private static Task Outcome(Task<ServerStatus> request) => request.ContinueWith(
        ended => Assert.True(
            ended.IsCompletedSuccessfully || ended.Exception?.InnerException is ObjectDisposedException or UnknownServerException or ServerExistsException or ServerStartException or ServerUpdateException or InvalidOperationException,
            ended.Exception?.ToString()),
        TaskScheduler.Default);

    private static T? Pick<T>(List<T> things, Random random)
        where T : class
    {
        if (things.Count == 0)
            return null;
        var index = random.Next(things.Count);
        var thing = things[index];
        things.RemoveAt(index);
        return thing;
    }

    private static void AssertPromises(Fleet fleet, string where)
    {
        Assert.True(fleet.Launcher.LivedTwice is null, $"{where}: two runs of {fleet.Launcher.LivedTwice} lived at one time");
        foreach (var server in fleet.Manager.Servers)
        {
            var status = server.Status;
            Assert.True(status.NextRetryAt is null || status.State == ServerState.Restarting, $"{where}: {status.Id} is {status.State} and waits for a retry");
            Assert.True(status.State != ServerState.Crashed || status.Id == "never", $"{where}: {status.Id} crashed for good");
            Assert.True(status.State != ServerState.Restarting || status.Id != "never", $"{where}: {status.Id} restarts");
            Assert.True(!status.IsUpdating || status is { State: ServerState.Running, Id: not "never" }, $"{where}: {status.Id} is {status.State} and being updated");
            Assert.True(status.ConsecutiveFailures <= server.Config.RestartPolicy.MaxRestartAttempts + 1, $"{where}: {status.Id} failed {status.ConsecutiveFailures} times");
        }
    }

    private static async Task AssertCurrentOnlyWhileRunning(Fleet fleet)
    {
        var settled = fleet.Manager.WaitUntilSettledAsync(TestContext.Current.CancellationToken);
        while (!settled.IsCompleted)
        {
            while (fleet.Launcher.TryNext(out var launch))
                launch!.Fail("exit code 1");
            fleet.Time.Advance(TimeSpan.FromSeconds(1)); // launches that the test has lost run into their time-out
            await Task.Yield();
        }

        await settled;
        foreach (var server in fleet.Manager.Servers)
        {
            Assert.Null(server.Next);
            while (!server.IsLeaving && server.Status.State == ServerState.Running != server.Current is not null)
                await Task.Yield(); // status and run are two reads; a probe's word may come in between, but not for ever
        }
    }

    /// <summary>The first step outside the table, or null.</summary>
    private static async Task<string?> WatchAsync(Fleet fleet, CancellationToken cancellationToken)
    {
        var last = new Dictionary<string, ServerStatus>();
        try
        {
            await foreach (var status in fleet.Manager.WatchAsync(cancellationToken))
            {
                var before = last.GetValueOrDefault(status.Id);
                last[status.Id] = status;
                if (status.IsRemoved)
                    last.Remove(status.Id);
                if (before is null || before.State == status.State)
                    continue;
                if (status.Version <= before.Version)
                    return $"{status.Id}: version {status.Version} after {before.Version}";
                if (status.Version == before.Version + 1 && !Ways.Contains((before.State, status.State)))
                    return $"{status.Id}: {before.State} to {status.State}";
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Seen enough.
        }

        return null;
    }

    private static ServerConfig Probed(ServerConfig server) =>
        server with { Health = new HealthPolicy { Interval = TimeSpan.FromSeconds(7), FailureThreshold = 2 } };
}
