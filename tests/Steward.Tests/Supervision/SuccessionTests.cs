using Steward.Configuration;
using Steward.Supervision;
using Steward.Tests.Testing;
using Xunit;

namespace Steward.Tests.Supervision;

/// <summary>Servers whose new version is started beside the one that runs.</summary>
public sealed class SuccessionTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private static ServerConfig New => Fleet.Server() with { Args = ["new"] };

    [Fact(Timeout = 10_000)]
    public async Task A_new_version_takes_the_place_of_the_old_one_when_it_answers_and_not_before()
    {
        await using var fleet = new Fleet();
        var old = await fleet.Run(run => run.OnRetire = _ => Fleet.Never);
        var answered = new TaskCompletionSource();

        var updating = fleet.Manager.UpdateServerAsync(New, Cancelled);
        var launch = await fleet.NextLaunch();
        launch.Observer.ProcessStarted(77);
        var during = await fleet.Sees(status => status.Update is { Pid: 77 });
        Assert.Equal((ServerState.Running, null, ServerUpdateState.UnderWay, fleet.Time.GetUtcNow()), (during.State, during.Pid, during.Update!.State, during.Update.StartedAt));
        Assert.Empty(fleet.First.Config.Args);
        launch.Observer.FactsChanged(new RunFacts { ToolCount = 3, ServerName = "two" });
        var run = launch.Succeed(run => (run.OnProbe, run.Difference) = (_ => answered.Task, "tools: +a"));
        while (run.Probes == 0)
            await Task.Yield();
        Assert.Same(old, fleet.First.Current);
        Assert.Equal(0, fleet.First.Status.ToolCount);
        Assert.False(old.IsRetired);

        answered.SetResult();
        var status = await updating;

        Assert.Same(run, fleet.First.Current);
        Assert.Equal(["new"], fleet.First.Config.Args);
        Assert.Equal((ServerState.Running, 77, 3, "two", ServerHealth.Healthy, during.Since), (status.State, status.Pid, status.ToolCount, status.ServerName, status.Health, status.Since));
        Assert.Equal((ServerUpdateState.Done, "tools: +a", null, null), (status.Update!.State, status.Update.Changes, status.Update.Pid, status.Update.Error));
        Assert.Equal(2, fleet.Launcher.Living(Fleet.Only)); // the old one is still at its calls
        await Fleet.Until(() => old.IsRetired);
        Assert.False(old.StopRequested.IsCompleted);
        old.Crash("done");
    }

    [Fact(Timeout = 10_000)]
    public async Task Where_the_new_version_fails_the_old_one_has_never_left_and_the_error_says_why()
    {
        await using var fleet = new Fleet();
        var old = await fleet.Run();
        var before = fleet.First.Status;

        var updating = fleet.Manager.UpdateServerAsync(New, Cancelled);
        (await fleet.NextLaunch()).Fail("Server 'files' ended during start-up: exit code 3. It said: address in use");
        var failure = await Assert.ThrowsAsync<ServerUpdateException>(() => updating);

        Assert.Equal(
            "Server 'files' did not come up by its new definition (Server 'files' ended during start-up: exit code 3. It said: address in use); it runs on by the old one. "
            + "If it cannot run twice at one time (a fixed port, a lock file, a database), write \"update\": \"inPlace\" into its definition.",
            failure.Message);
        Assert.Same(old, fleet.First.Current);
        Assert.False(old.IsRetired);
        Assert.Empty(fleet.First.Config.Args);
        Assert.Same(fleet.First.Config, fleet.First.Wanted);
        var status = fleet.First.Status;
        Assert.Equal(ServerUpdateState.Failed, status.Update!.State);
        Assert.Equal(before with { Version = status.Version, Update = status.Update }, status);
        Assert.Equal(2, fleet.Launcher.Count);
    }

    [Fact(Timeout = 10_000)]
    public async Task A_new_version_that_does_not_answer_its_first_probe_is_stopped()
    {
        await using var fleet = new Fleet();
        var old = await fleet.Run();

        var updating = fleet.Manager.UpdateServerAsync(New, Cancelled);
        var failing = (await fleet.NextLaunch()).Succeed(run => run.OnProbe = _ => Task.FromException(new IOException("not now")));
        var failed = await Assert.ThrowsAsync<ServerUpdateException>(() => updating);
        Assert.Contains("failed its first health probe: not now", failed.Message, StringComparison.Ordinal);
        Assert.True(failing.IsDisposed);

        updating = fleet.Manager.UpdateServerAsync(New, Cancelled);
        var hanging = (await fleet.NextLaunch()).Succeed(run => run.OnProbe = token => Fleet.Never.WaitAsync(token));
        while (hanging.Probes == 0)
            await Task.Yield();
        fleet.Time.Advance(New.Health.Timeout);
        var late = await Assert.ThrowsAsync<ServerUpdateException>(() => updating);
        Assert.Contains("failed its first health probe: no answer to a health probe within 5 s (health.timeoutMs)", late.Message, StringComparison.Ordinal);
        Assert.True(hanging.IsDisposed);

        updating = fleet.Manager.UpdateServerAsync(New, Cancelled);
        var dying = (await fleet.NextLaunch()).Succeed(run => run.OnProbe = token => Fleet.Never.WaitAsync(token));
        while (dying.Probes == 0)
            await Task.Yield();
        dying.Crash("exit code 9");
        var dead = await Assert.ThrowsAsync<ServerUpdateException>(() => updating);
        Assert.Contains("ended right after its start: exit code 9", dead.Message, StringComparison.Ordinal);
        Assert.Same(old, fleet.First.Current);
        Assert.Equal(1, fleet.Launcher.Living(Fleet.Only));
    }

    [Fact(Timeout = 10_000)]
    public async Task Each_question_of_the_first_probe_has_the_time_that_it_has_in_any_probe_and_is_named_where_it_is_not_answered()
    {
        var health = new HealthPolicy { Interval = Timeout.InfiniteTimeSpan, Timeout = TimeSpan.FromSeconds(5), Call = new HealthCall { Tool = "query" } };
        await using var fleet = new Fleet(Fleet.Server(health: health));
        await fleet.Run();

        var updating = fleet.Manager.UpdateServerAsync(New with { Health = health }, Cancelled);
        var (pinged, called) = (new TaskCompletionSource(), new TaskCompletionSource<string?>());
        var (isPinged, isCalled) = (new TaskCompletionSource(), new TaskCompletionSource());
        var run = (await fleet.NextLaunch()).Succeed(run =>
        {
            run.OnProbe = token => Tell(isPinged, pinged.Task.WaitAsync(token));
            run.OnCall = (_, token) => Tell(isCalled, called.Task.WaitAsync(token));
        });
        await isPinged.Task;
        fleet.Time.Advance(TimeSpan.FromSeconds(4));
        pinged.SetResult();
        await isCalled.Task;
        fleet.Time.Advance(TimeSpan.FromSeconds(4));
        called.SetResult("health.call: the server has no tool 'query'");
        var updated = await updating;
        Assert.Same(run, fleet.First.Current);
        Assert.Equal((ServerHealth.Degraded, "health.call: the server has no tool 'query'"), (updated.Health, updated.HealthReason));

        updating = fleet.Manager.UpdateServerAsync(Fleet.Server(health: health), Cancelled);
        isCalled = new TaskCompletionSource();
        (await fleet.NextLaunch()).Succeed(run => run.OnCall = (_, token) => Tell(isCalled, new TaskCompletionSource<string?>().Task.WaitAsync(token)));
        await isCalled.Task;
        fleet.Time.Advance(TimeSpan.FromSeconds(5));
        var late = await Assert.ThrowsAsync<ServerUpdateException>(() => updating);
        Assert.Contains("failed its first health probe: no answer to the call of tool 'query' that a health probe makes (health.call) within 5 s", late.Message, StringComparison.Ordinal);

        static T Tell<T>(TaskCompletionSource begun, T waiting)
        {
            begun.SetResult(); // last: who hears of it goes on in here
            return waiting;
        }
    }

    [Fact(Timeout = 10_000)]
    public async Task The_first_probe_of_several_processes_ends_with_the_last_of_theirs_and_not_with_the_time_of_one()
    {
        await using var fleet = new Fleet();
        await fleet.Run();

        var updating = fleet.Manager.UpdateServerAsync(New, Cancelled);
        var answered = new TaskCompletionSource();
        var run = (await fleet.NextLaunch()).Succeed(run => (run.ProbesParts, run.OnProbe) = (true, token => answered.Task.WaitAsync(token)));
        await Fleet.Until(() => run.Probes == 1);
        fleet.Time.Advance(2 * New.Health.Timeout);
        answered.SetResult();
        await updating;

        Assert.Same(run, fleet.First.Current);
    }

    [Fact(Timeout = 10_000)]
    public async Task A_new_version_that_hangs_is_given_up_at_the_startup_time_out()
    {
        await using var fleet = new Fleet();
        var old = await fleet.Run();
        var updating = fleet.Manager.UpdateServerAsync(New, Cancelled);
        _ = await fleet.NextLaunch();

        fleet.Time.Advance(New.StartupTimeout);

        var failure = await Assert.ThrowsAsync<ServerUpdateException>(() => updating);
        Assert.Contains("was not ready within 30 s", failure.Message, StringComparison.Ordinal);
        Assert.Same(old, fleet.First.Current);
    }

    [Theory(Timeout = 10_000)]
    [InlineData("docker stop files", false)]
    [InlineData("docker stop ${env:STEWARD_RUN}", true)]
    public async Task A_stop_command_that_could_end_the_wrong_run_has_the_old_version_stopped_first(string command, bool isBeside)
    {
        await using var fleet = new Fleet(Fleet.Server() with { StopCommand = command.Split(' ') });
        await fleet.Run();

        var updating = fleet.Manager.UpdateServerAsync(New with { StopCommand = command.Split(' ') }, Cancelled);
        var launch = await fleet.NextLaunch();

        Assert.Equal(isBeside ? 2 : 1, fleet.Launcher.Living(Fleet.Only));
        launch.Succeed();
        await updating;
    }

    [Fact(Timeout = 10_000)]
    public async Task Late_word_of_the_old_run_says_nothing_of_the_new_one()
    {
        await using var fleet = new Fleet();
        var old = await fleet.Run(run => run.OnRetire = _ => Fleet.Never);
        var updating = fleet.Manager.UpdateServerAsync(New, Cancelled);
        var launch = await fleet.NextLaunch();
        launch.Observer.ProcessStarted(2);
        launch.Succeed();
        await updating;

        old.Launch.Observer.ProcessStarted(1);
        old.Launch.Observer.FactsChanged(new RunFacts { ToolCount = 9 });
        old.Lose("closed its output");
        old.Crash("SIGKILL");
        await Fleet.Until(() => old.IsDisposed);
        await fleet.Manager.WaitUntilSettledAsync(Cancelled);

        var status = fleet.First.Status;
        Assert.Equal((ServerState.Running, 2, 0, 0, null, null), (status.State, status.Pid, status.ToolCount, status.Restarts, status.LastError, status.LastExit));
    }

    [Fact(Timeout = 10_000)]
    public async Task Many_are_updated_side_by_side_as_many_as_may_be_started_at_one_time()
    {
        var servers = Enumerable.Range(0, 6).Select(number => Fleet.Server($"s{number}")).ToArray();
        await using var fleet = new Fleet(2, servers);
        fleet.Launcher.OnLaunch = launch => launch.Succeed();
        fleet.Manager.StartAll();
        await fleet.Manager.WaitUntilSettledAsync(Cancelled);
        var launches = new List<FakeLaunch>();
        fleet.Launcher.OnLaunch = _ => { };
        while (fleet.Launcher.TryNext(out _))
        {
            // Those of the start.
        }

        var plan = ConfigPlan.Between(new StewardConfig { Servers = servers }, new StewardConfig { Servers = [.. servers.Select(server => server with { Args = ["new"] })] });
        var applying = fleet.Manager.ApplyAsync(plan, Cancelled);
        for (var number = 0; number < servers.Length; number++)
        {
            launches.Add(await fleet.NextLaunch());
            Assert.True(fleet.Launcher.UnderWay <= 2);
            if (number > 0)
                launches[number - 1].Succeed();
        }

        launches[^1].Fail("exit code 1");
        var outcomes = await applying;
        Assert.Equal(1, outcomes.Count(outcome => outcome.Error?.Contains("it runs on by the old one", StringComparison.Ordinal) == true));
        Assert.All(outcomes, outcome => Assert.Equal(ServerState.Running, outcome.Status!.State));
    }
}
