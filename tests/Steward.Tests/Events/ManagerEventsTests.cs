using Steward.Configuration;
using Steward.Events;
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

    private static async Task<StewardEvent> NextAsync(IAsyncEnumerator<StewardEvent> events) =>
        await events.MoveNextAsync() ? events.Current : throw new InvalidOperationException("The bus was disposed.");
}
