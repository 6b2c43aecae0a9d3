using System.Threading.Channels;
using Microsoft.Extensions.Logging.Abstractions;
using Steward.Configuration;
using Steward.Supervision;
using Steward.Tests.Testing;
using Xunit;

namespace Steward.Tests.Supervision;

public sealed class HealthFindingsTests
{
    private static readonly HealthPolicy Policy = new()
    {
        Interval = TimeSpan.FromSeconds(10),
        Timeout = TimeSpan.FromSeconds(3),
        FailureThreshold = 2,
        Latency = TimeSpan.FromMilliseconds(500),
        Call = new HealthCall { Tool = "query" },
    };

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact(Timeout = 10_000)]
    public async Task A_server_that_answers_but_does_not_do_its_work_is_restarted_at_the_threshold()
    {
        await using var fleet = Probed();
        var run = await fleet.Run(run => run.OnCall = (_, _) => throw new IOException("health.call: tool 'query' answered with an error: the database is away"));
        var ill = await fleet.Manager.CheckHealthAsync(Fleet.Only, Cancelled);
        Assert.Equal((ServerHealth.Degraded, "health.call: tool 'query' answered with an error: the database is away"), (ill.Health, ill.HealthReason));
        Assert.Equal(ill.HealthReason, ill.LastError);

        await fleet.Manager.CheckHealthAsync(Fleet.Only, Cancelled);
        Assert.Equal(1, (await fleet.Reaches(ServerState.Restarting)).ConsecutiveFailures);
        Assert.Equal(2, run.Probes);
    }

    [Fact(Timeout = 10_000)]
    public async Task The_call_has_a_time_of_its_own_and_its_finding_names_it()
    {
        await using var fleet = Probed();
        var calling = new TaskCompletionSource();
        await fleet.Run(run => run.OnCall = async (call, cancellationToken) =>
        {
            calling.TrySetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, fleet.Time, cancellationToken);
            return call.Tool;
        });

        fleet.Time.Advance(Policy.Interval);
        await calling.Task;
        fleet.Time.Advance(Policy.Timeout);
        Assert.Equal("no answer to the call of tool 'query' that a health probe makes (health.call) within 3 s (health.timeoutMs)", (await fleet.Sees(status => status.Health == ServerHealth.Degraded)).HealthReason);
    }

    [Fact(Timeout = 10_000)]
    public async Task A_call_that_is_defined_wrongly_is_said_and_restarts_nobody_however_often_it_is_made()
    {
        await using var fleet = Probed();
        string? problem = "health.call: the server has no tool 'query'";
        await fleet.Run(run => run.OnCall = (_, _) => Task.FromResult<string?>(problem));
        for (var i = 0; i < 5; i++)
            Assert.Equal((ServerState.Running, ServerHealth.Degraded, problem), await CheckAsync(fleet));

        problem = null;
        Assert.Equal((ServerState.Running, ServerHealth.Healthy, null), await CheckAsync(fleet));
        Assert.Null(fleet.First.Status.LastError);
    }

    [Fact(Timeout = 10_000)]
    public async Task Missing_tools_degrade_from_the_first_moment_on_and_restart_nobody()
    {
        await using var fleet = Probed();
        fleet.Manager.StartAll();
        var launch = await fleet.NextLaunch();
        launch.Observer.FactsChanged(new RunFacts { Missing = "it offers none of the 12 tools that it had before" });
        var run = launch.Succeed();
        var running = await fleet.Reaches(ServerState.Running);
        Assert.Equal((ServerHealth.Degraded, "it offers none of the 12 tools that it had before"), (running.Health, running.HealthReason));
        for (var i = 0; i < 5; i++)
            Assert.Equal((ServerState.Running, ServerHealth.Degraded), await CheckAsync(fleet) is var found ? (found.State, found.Health) : default);

        run.Say(new RunFacts { ToolCount = 12 });
        var well = await fleet.Sees(status => status.ToolCount == 12);
        Assert.Equal((ServerHealth.Healthy, null), (well.Health, well.HealthReason));
    }

    [Fact(Timeout = 10_000)]
    public async Task Many_failed_calls_degrade_within_seconds_and_are_forgotten_after_five_minutes()
    {
        await using var fleet = new Fleet(Fleet.Server(health: new HealthPolicy { Interval = Timeout.InfiniteTimeSpan }));
        var run = await fleet.Run();
        Record(fleet, run, calls: 10, failed: 5, milliseconds: 1);
        fleet.Time.Advance(TimeSpan.FromSeconds(10));
        var ill = await fleet.Sees(status => status.Health == ServerHealth.Degraded);
        Assert.Equal((ServerState.Running, "5 of 10 calls within 5 minutes failed (health.errorRate: 0.5)", null), (ill.State, ill.HealthReason, ill.LastError));

        fleet.Time.Advance(TimeSpan.FromMinutes(5));
        Assert.Null((await fleet.Sees(status => status.Health == ServerHealth.Unknown)).HealthReason); // nobody has asked it
    }

    [Fact(Timeout = 10_000)]
    public async Task A_slow_server_is_degraded_with_the_figures_and_all_that_is_wrong_is_said_at_once()
    {
        await using var fleet = Probed();
        var run = await fleet.Run(run => run.OnCall = (_, _) => Task.FromResult<string?>("health.call: the server has no tool 'query'"));
        Record(fleet, run, calls: 10, failed: 0, milliseconds: 501);
        await fleet.Manager.CheckHealthAsync(Fleet.Only, Cancelled);
        Assert.Equal(
            "health.call: the server has no tool 'query'; slow: 10 of 11 calls and probes within 5 minutes took longer than 500 ms (health.latencyMs)",
            fleet.First.Status.HealthReason);
    }

    [Fact(Timeout = 10_000)]
    public async Task A_slow_server_proves_itself_all_the_same()
    {
        await using var fleet = new Fleet(Fleet.Server(health: new HealthPolicy { Interval = Timeout.InfiniteTimeSpan, Latency = TimeSpan.FromMilliseconds(500) }));
        (await fleet.Run()).Crash("once");
        await fleet.WaitOutRetry();
        var run = await fleet.Ready();
        Record(fleet, run, calls: 100, failed: 0, milliseconds: 501);
        fleet.Time.Advance(new RestartPolicy().ResetAfter);
        var proven = await fleet.Sees(status => status.ConsecutiveFailures == 0);
        Assert.Equal(ServerHealth.Degraded, proven.Health);
    }

    [Fact(Timeout = 10_000)]
    public async Task Nothing_of_the_health_of_a_run_is_said_of_the_next()
    {
        await using var fleet = Probed();
        fleet.Manager.StartAll();
        var launch = await fleet.NextLaunch();
        launch.Observer.FactsChanged(new RunFacts { Missing = "tools" });
        var run = launch.Succeed();
        Record(fleet, run, calls: 20, failed: 20, milliseconds: 501);
        await fleet.Manager.CheckHealthAsync(Fleet.Only, Cancelled);
        run.Crash("gone");
        var crashed = await fleet.Reaches(ServerState.Restarting);
        Assert.Equal((ServerHealth.Unknown, null), (crashed.Health, crashed.HealthReason));
        await fleet.WaitOutRetry();
        await fleet.Ready();
        Assert.Equal((ServerHealth.Unknown, null), (fleet.First.Status.Health, fleet.First.Status.HealthReason));
    }

    [Fact(Timeout = 10_000)]
    public async Task Each_change_of_health_is_a_line_of_the_log()
    {
        var isAway = true;
        var logs = new FakeLoggerFactory();
        var launcher = new FakeLauncher { OnLaunch = launch => launch.Succeed(run => run.OnCall = (_, _) => isAway ? throw new IOException("the database is away") : Task.FromResult<string?>(null)) };
        await using var manager = new McpServerManager(new StewardConfig { Servers = [Fleet.Server(health: Policy)] }, launcher, new FakeTimeProvider(), logs, new FixedRandom());
        await manager.StartAllAsync(Cancelled);

        await manager.CheckHealthAsync(Fleet.Only, Cancelled);
        await logs.Sees(line => line.StartsWith("Warning: files is Degraded: the database is away", StringComparison.Ordinal), Cancelled);
        isAway = false;
        await manager.CheckHealthAsync(Fleet.Only, Cancelled);
        await logs.Sees(line => line.StartsWith("Information: files is healthy again", StringComparison.Ordinal), Cancelled);
    }

    [Fact(Timeout = 10_000)]
    public async Task Servers_that_start_together_are_not_probed_in_one_instant()
    {
        const int Servers = 200;
        var policy = new HealthPolicy { Interval = TimeSpan.FromSeconds(30) };
        var (time, launcher) = (new FakeTimeProvider(), new FakeLauncher());
        var probed = 0;
        launcher.OnLaunch = launch => launch.Succeed(run => run.OnProbe = _ => { Interlocked.Increment(ref probed); return Task.CompletedTask; });
        var config = new StewardConfig { Servers = [.. Enumerable.Range(0, Servers).Select(i => Fleet.Server($"s{i}", health: policy))], StartConcurrency = Servers };
        await using var manager = new McpServerManager(config, launcher, time, NullLoggerFactory.Instance, Random.Shared);
        await manager.StartAllAsync(Cancelled);

        time.Advance(policy.Interval * 0.9);
        Assert.InRange(Volatile.Read(ref probed), 0, 1);
        time.Advance(policy.Interval * 0.05);
        await manager.WaitUntilSettledAsync(Cancelled);
        Assert.InRange(Volatile.Read(ref probed), 0, 150); // about a hundred are due
        time.Advance(policy.Interval * 0.05);
        foreach (var server in manager.Servers)
            await manager.WaitForStatusAsync(server.Id, status => status.Health == ServerHealth.Healthy, Cancelled);
    }

    [Fact(Timeout = 10_000)]
    public async Task A_remote_server_that_does_not_answer_is_asked_ever_less_often_and_as_before_when_it_does()
    {
        var policy = new HealthPolicy { Interval = TimeSpan.FromSeconds(10), FailureThreshold = 100 };
        await using var fleet = new Fleet(Fleet.Server(health: policy) with { Command = null, Transport = ServerTransport.Http, Url = "http://127.0.0.1:9/mcp" });
        var probes = Channel.CreateUnbounded<DateTimeOffset>();
        var isUp = false;
        await fleet.Run(run => run.OnProbe = _ =>
        {
            probes.Writer.TryWrite(fleet.Time.GetUtcNow());
            return isUp ? Task.CompletedTask : throw new IOException("no answer");
        });

        foreach (var wait in (double[])[9.5, 10, 10, 20, 40, 80])
        {
            isUp = wait > 40;
            var due = fleet.Time.GetUtcNow() + TimeSpan.FromSeconds(wait);
            fleet.Time.Advance(TimeSpan.FromSeconds(wait - 0.1));
            fleet.Time.Advance(TimeSpan.FromSeconds(0.1));
            Assert.Equal(due, await probes.Reader.ReadAsync(Cancelled));
        }

        await fleet.Sees(status => status.Health == ServerHealth.Healthy);
        fleet.Time.Advance(TimeSpan.FromSeconds(80)); // the wait that began before it was heard of
        await probes.Reader.ReadAsync(Cancelled);
        fleet.Time.Advance(policy.Interval);
        await probes.Reader.ReadAsync(Cancelled);
    }

    private static void Record(Fleet fleet, FakeRun run, int calls, int failed, int milliseconds)
    {
        var now = fleet.Time.GetTimestamp();
        for (var i = 0; i < calls; i++)
            run.Calls.Record(now - (milliseconds * fleet.Time.TimestampFrequency / 1000), now, isFailure: i < failed);
    }

    private static async Task<(ServerState State, ServerHealth Health, string? Reason)> CheckAsync(Fleet fleet) =>
        await fleet.Manager.CheckHealthAsync(Fleet.Only, Cancelled) is var status ? (status.State, status.Health, status.HealthReason) : default;

    private static Fleet Probed() => new(Fleet.Server(health: Policy));
}
