using Steward.Configuration;
using Steward.Events;
using Steward.Supervision;
using Steward.Tests.Testing;
using Xunit;

namespace Steward.Tests.Events;

public sealed class ManagerEventsTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact(Timeout = 10_000)]
    public async Task A_server_that_comes_and_goes_is_added_connected_and_disconnected()
    {
        await using var fleet = new Fleet();
        await using var bus = new EventBus(time: fleet.Time);
        await using var events = bus.ReadAsync(EventFilter.All, after: 0, Cancelled).GetAsyncEnumerator(Cancelled);
        await using var source = new ManagerEvents(fleet.Manager, bus);

        var added = await NextAsync(events);
        Assert.Equal((EventNames.ServerAdded, EventCategories.Mcp, EventPriority.Normal), (added.Name, added.Category, added.Priority));
        Assert.Equal(("files", "stdio"), (added.Text("server_id"), added.Text("transport")));

        await fleet.Run();
        var connected = await NextAsync(events);
        Assert.Equal((EventNames.ServerConnected, EventPriority.High, "files", "stdio"), (connected.Name, connected.Priority, connected.Text("server_id"), connected.Text("transport")));

        fleet.Time.Advance(TimeSpan.FromSeconds(90));
        await fleet.Manager.StopServerAsync(Fleet.Only, Cancelled);
        var gone = await NextAsync(events);
        Assert.Equal((EventNames.ServerDisconnected, 90.0, null), (gone.Name, gone.Data.GetProperty("duration").GetDouble(), gone.Text("error")));
    }

    [Fact(Timeout = 10_000)]
    public async Task An_update_is_told_as_such_and_nobody_is_disconnected_by_it()
    {
        await using var fleet = new Fleet();
        await using var bus = new EventBus(time: fleet.Time);
        await using var events = bus.ReadAsync(EventFilter.All, after: 0, Cancelled).GetAsyncEnumerator(Cancelled);
        await using var source = new ManagerEvents(fleet.Manager, bus);
        Assert.Equal(EventNames.ServerAdded, (await NextAsync(events)).Name);
        await fleet.Run();
        Assert.Equal(EventNames.ServerConnected, (await NextAsync(events)).Name);

        var updating = fleet.Manager.UpdateServerAsync(Fleet.Server() with { Args = ["broken"] }, Cancelled);
        var launch = await fleet.NextLaunch();
        var started = await NextAsync(events);
        Assert.Equal((EventNames.ServerUpdateStarted, "files"), (started.Name, started.Text("server_id")));
        launch.Fail("exit code 2");
        await Assert.ThrowsAsync<ServerUpdateException>(() => updating);
        var failed = await NextAsync(events);
        Assert.Equal((EventNames.ServerUpdateFailed, EventPriority.High), (failed.Name, failed.Priority));
        Assert.StartsWith("exit code 2. If it cannot run twice", failed.Text("error"), StringComparison.Ordinal);

        updating = fleet.Manager.UpdateServerAsync(Fleet.Server() with { Args = ["new"] }, Cancelled);
        launch = await fleet.NextLaunch();
        Assert.Equal(EventNames.ServerUpdateStarted, (await NextAsync(events)).Name);
        fleet.Time.Advance(TimeSpan.FromSeconds(2));
        launch.Succeed(run => run.Difference = "tools: +a");
        await updating;
        var done = await NextAsync(events);
        Assert.Equal((EventNames.ServerUpdated, 2.0, "tools: +a"), (done.Name, done.Data.GetProperty("duration").GetDouble(), done.Text("changes")));
        await fleet.Manager.StopServerAsync(Fleet.Only, Cancelled);
        Assert.Equal(EventNames.ServerDisconnected, (await NextAsync(events)).Name);
    }

    [Fact(Timeout = 30_000)]
    public async Task Of_a_manager_that_is_shut_down_the_end_of_every_server_is_told()
    {
        const int Servers = 200;
        var launcher = new FakeLauncher { OnLaunch = launch => launch.Succeed() };
        var manager = new McpServerManager(Enumerable.Range(0, Servers).Select(i => Fleet.Server($"s{i}")), new() { Adjust = host => host with { Launcher = launcher } });
        await using var events = manager.Events.ReadAsync(new EventFilter { Names = [EventNames.ServerConnected, EventNames.ServerDisconnected] }, after: 0, Cancelled).GetAsyncEnumerator(Cancelled);
        var next = events.MoveNextAsync();
        await manager.StartAllAsync(Cancelled);
        for (var i = 0; i < Servers; i++, next = events.MoveNextAsync())
            Assert.True(await next && events.Current.Name == EventNames.ServerConnected, $"{i} were told"); // of whom it is known that they ran

        await manager.ShutdownAsync(Cancelled);

        for (var i = 0; i < Servers; i++, next = events.MoveNextAsync())
            Assert.True(await next && events.Current.Name == EventNames.ServerDisconnected, $"{i} were told");
        Assert.False(await next);
    }

    [Fact(Timeout = 10_000)]
    public async Task A_server_that_is_removed_goes_by_its_name_and_may_come_again()
    {
        await using var fleet = new Fleet();
        await using var bus = new EventBus(time: fleet.Time);
        await using var events = bus.ReadAsync(EventFilter.All, after: 0, Cancelled).GetAsyncEnumerator(Cancelled);
        await using var source = new ManagerEvents(fleet.Manager, bus);
        Assert.Equal("files", (await NextAsync(events)).Text("server_id"));

        await fleet.Manager.AddServerAsync(Fleet.Server("more") with { Name = "More" }, start: false, Cancelled);
        Assert.Equal((EventNames.ServerAdded, "More"), await NextNamedAsync());
        await fleet.Manager.RemoveServerAsync("more", Cancelled);
        Assert.Equal((EventNames.ServerRemoved, "More"), await NextNamedAsync());
        await fleet.Manager.AddServerAsync(Fleet.Server("more") with { Name = "More again" }, start: false, Cancelled);
        Assert.Equal((EventNames.ServerAdded, "More again"), await NextNamedAsync());

        async Task<(string, string?)> NextNamedAsync() => await NextAsync(events) is var happened ? (happened.Name, happened.Text("name")) : default;
    }

    [Fact(Timeout = 10_000)]
    public async Task A_start_that_fails_and_each_further_attempt_is_told_with_its_error()
    {
        await using var fleet = new Fleet(Fleet.Server(restart: new RestartPolicy { MaxRestartAttempts = 1 }));
        await using var bus = new EventBus(time: fleet.Time);
        await using var events = bus.ReadAsync(new EventFilter { MinimumPriority = EventPriority.High }, after: 0, Cancelled).GetAsyncEnumerator(Cancelled);
        await using var source = new ManagerEvents(fleet.Manager, bus);
        fleet.Manager.StartAll();

        (await fleet.NextLaunch()).Fail("there is no such program");
        var failed = await NextAsync(events);
        Assert.Equal((EventNames.ServerConnectionFailed, "files"), (failed.Name, failed.Text("server_id")));
        Assert.Contains("there is no such program", failed.Text("error"), StringComparison.Ordinal);

        await fleet.WaitOutRetry();
        (await fleet.NextLaunch()).Fail("still none");
        Assert.Contains("still none", (await NextAsync(events)).Text("error"), StringComparison.Ordinal);
    }

    [Fact(Timeout = 10_000)]
    public async Task A_crash_is_a_disconnection_with_an_error()
    {
        await using var fleet = new Fleet();
        await using var bus = new EventBus(time: fleet.Time);
        await using var source = new ManagerEvents(fleet.Manager, bus);
        var run = await fleet.Run();
        var waiting = bus.WaitForAsync(EventNames.ServerDisconnected, where: null, TimeSpan.FromMinutes(1), Cancelled);

        run.Crash("exit code 1");

        var crashed = await waiting;
        Assert.NotNull(crashed?.Text("error"));
    }

    [Fact(Timeout = 10_000)]
    public async Task To_watch_no_more_and_again_is_no_failed_start()
    {
        await using var fleet = new Fleet();
        await using var bus = new EventBus(time: fleet.Time);
        await using var events = bus.ReadAsync(EventFilter.All, after: 0, Cancelled).GetAsyncEnumerator(Cancelled);
        await using var source = new ManagerEvents(fleet.Manager, bus);
        fleet.Manager.StartAll();
        (await fleet.NextLaunch()).Fail("no");
        await fleet.Reaches(ServerState.Restarting);
        Assert.Equal([EventNames.ServerAdded, EventNames.ServerConnectionFailed], [(await NextAsync(events)).Name, (await NextAsync(events)).Name]);

        fleet.Manager.StopMonitoring();
        await fleet.Reaches(ServerState.Crashed);
        fleet.Manager.StartMonitoring();
        await fleet.WaitOutRetry();
        await fleet.Ready();

        Assert.Equal(EventNames.ServerConnected, (await NextAsync(events)).Name);
    }

    [Theory(Timeout = 10_000)]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_server_that_has_to_be_stopped_is_disconnected_with_the_reason_and_no_start_of_it_has_failed(bool isLost)
    {
        await using var fleet = new Fleet(Fleet.Server(health: new HealthPolicy { Interval = Timeout.InfiniteTimeSpan, FailureThreshold = 1 }));
        await using var bus = new EventBus(time: fleet.Time);
        await using var events = bus.ReadAsync(EventFilter.All, after: 0, Cancelled).GetAsyncEnumerator(Cancelled);
        await using var source = new ManagerEvents(fleet.Manager, bus);
        var stop = new TaskCompletionSource();
        var run = await fleet.Run(run =>
        {
            run.OnProbe = _ => throw new InvalidOperationException("it hangs");
            run.OnStop = _ => stop.Task;
        });
        Assert.Equal([EventNames.ServerAdded, EventNames.ServerConnected], [(await NextAsync(events)).Name, (await NextAsync(events)).Name]);

        if (isLost)
            run.Lose("it hangs");
        else
            await fleet.Manager.CheckHealthAsync(Fleet.Only, Cancelled);
        var gone = await NextAsync(events);
        Assert.Equal((EventNames.ServerDisconnected, "it hangs"), (gone.Name, gone.Text("error")));
        stop.SetResult();
        await fleet.WaitOutRetry();
        await fleet.Ready();

        Assert.Equal(EventNames.ServerConnected, (await NextAsync(events)).Name);
    }

    [Fact(Timeout = 10_000)]
    public async Task A_status_of_which_no_event_can_be_made_is_logged_and_the_next_is_told()
    {
        await using var fleet = new Fleet();
        var loggers = new FakeLoggerFactory();
        await using var bus = new EventBus(time: new BrokenOnce());
        await using var events = bus.ReadAsync(EventFilter.All, after: 0, Cancelled).GetAsyncEnumerator(Cancelled);
        await using var source = new ManagerEvents(fleet.Manager, bus, loggers);

        Assert.Equal("Error: No event could be made of a status of files, which is Stopped: what it says is not told", await loggers.Sees(_ => true, Cancelled));
        await fleet.Run();
        Assert.Equal(EventNames.ServerConnected, (await NextAsync(events)).Name);
    }

    private static async Task<StewardEvent> NextAsync(IAsyncEnumerator<StewardEvent> events) =>
        await events.MoveNextAsync() ? events.Current : throw new InvalidOperationException("The bus was disposed.");

    /// <summary>A clock that fails the first time it is looked at.</summary>
    private sealed class BrokenOnce : TimeProvider
    {
        private bool _wasRead;

        public override DateTimeOffset GetUtcNow()
        {
            if (_wasRead)
                return FakeTimeProvider.Start;
            _wasRead = true;
            throw new InvalidOperationException("no time");
        }
    }
}
