extern alias library;

using System.Globalization;
using library::Steward.Supervision;
using Steward.EndToEnd.Model;
using Steward.EndToEnd.Running;
using Xunit;

namespace Steward.EndToEnd;

/// <summary>
/// Two hundred callers do at random whatever a manager can do, with real processes that come, go, die and misbehave. STEWARD_MODEL_SEED repeats
/// the dice of a run, STEWARD_MODEL_SECONDS says how long it takes.
/// </summary>
[Collection(nameof(ManagerModelTests))]
[CollectionDefinition(nameof(ManagerModelTests), DisableParallelization = true)]
public sealed class ManagerModelTests(ITestOutputHelper output)
{
    private const int Workers = 200;

    // Much more than any operation may need, also on a machine that does other things as well: longer means that it never ends.
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(120);
    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(Setting("STEWARD_MODEL_SECONDS", 60));

    [Fact(Timeout = 900_000)]
    public async Task Promises_hold_whatever_two_hundred_callers_do_at_one_time()
    {
        var seed = Setting("STEWARD_MODEL_SEED", Random.Shared.Next());
        output.WriteLine($"seed {seed}");
        var findings = new Findings();
        await WarmUpAsync();
        var (before, threads) = (Descriptors.Look(), Threads.Look());
        await using (var world = new ModelWorld(findings))
        {
            var journal = new Journal(world);
            var watch = StatusWatch.Begin(world.Manager, findings, TestContext.Current.CancellationToken);
            await world.Manager.StartAllAsync(TestContext.Current.CancellationToken);
            await WorkAsync(world, journal, seed, Duration);
            await new Settlement(world).CheckAsync(TestContext.Current.CancellationToken);
            await EndAsync(world, journal, seed + 1);
            await watch.Ended.WaitAsync(Bound, TimeProvider.System, TestContext.Current.CancellationToken);
            output.WriteLine($"{journal.Count} operations, {watch.Transitions} changes of state in {watch.Count} statuses, {world.Answered} questions answered\n{journal}");
            Assert.False(findings.Any, $"seed {seed}: {findings}");
            Assert.True(watch.Transitions > Duration.TotalSeconds, $"seed {seed}: only {watch.Transitions} changes of state: the test has not tried much");
        }

        var more = await Poll.ForAsync(() => Descriptors.Look().MoreThan(before) + Threads.Look().MoreThan(threads), static more => more.Length == 0);
        Assert.True(more.Length == 0, $"seed {seed}: left when all is over: {more}");
    }

    /// <summary>What the runtime opens once, it shall have opened.</summary>
    private static async Task WarmUpAsync()
    {
        await using var world = new ModelWorld(new Findings());
        await world.Manager.StartServerAsync(ModelWorld.Lasting[0], TestContext.Current.CancellationToken);
        await world.Manager.CallToolAsync(ModelWorld.Lasting[0], "say", cancellationToken: TestContext.Current.CancellationToken);
    }

    private static async Task WorkAsync(ModelWorld world, Journal journal, int seed, TimeSpan duration)
    {
        using var stop = new CancellationTokenSource(duration, TimeProvider.System);
        var census = new LifeCensus(world).RunAsync(stop.Token);
        await AllEndAsync(journal, seed, Begin(journal, seed, stop.Token), duration + Bound);
        await census;
    }

    /// <summary>Shuts the manager down while everybody is still at work.</summary>
    private static async Task EndAsync(ModelWorld world, Journal journal, int seed)
    {
        using var stop = new CancellationTokenSource(TimeSpan.FromSeconds(6), TimeProvider.System);
        var work = Begin(journal, seed, stop.Token);
        await Task.Delay(TimeSpan.FromSeconds(4), TimeProvider.System, TestContext.Current.CancellationToken);
        world.IsEnding = true;
        await world.Manager.ShutdownAsync(TestContext.Current.CancellationToken).WaitAsync(Bound, TimeProvider.System, TestContext.Current.CancellationToken);
        var left = world.Census.Living();
        Assert.True(left.Count == 0, $"left behind: {string.Join("; ", left)}");
        Assert.All(world.Manager.GetAllStatuses(), status => Assert.True(status is { State: ServerState.Stopped or ServerState.Disabled, Pid: null }, status.ToString()));
        await AllEndAsync(journal, seed, work, Bound);
        Assert.Empty(world.Census.Living());
    }

    private static Task Begin(Journal journal, int seed, CancellationToken stop) =>
        Task.WhenAll(Enumerable.Range(0, Workers).Select(number => Task.Run(() => new ModelWorker(journal, number, unchecked((seed * 1000) + number)).RunAsync(stop), CancellationToken.None)));

    private static async Task AllEndAsync(Journal journal, int seed, Task work, TimeSpan bound)
    {
        var ended = await Task.WhenAny(work, Task.Delay(bound, TimeProvider.System, TestContext.Current.CancellationToken));
        Assert.True(ended == work, $"seed {seed}: these do not end:\n{journal.UnderWay}");
        await work;
    }

    private static int Setting(string variable, int fallback) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), NumberStyles.Integer, CultureInfo.InvariantCulture, out var value) ? value : fallback;
}
