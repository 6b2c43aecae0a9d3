using Steward.Events;
using Steward.Tests.Registry;
using Steward.Tests.Testing;
using Xunit;

namespace Steward.Tests.Parity;

/// <summary>Shannon's manager: the events that it tells, by their names and payloads.</summary>
public sealed class ShannonEventTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact(Timeout = 30_000)]
    public async Task The_life_of_a_server_is_told_under_the_names_and_with_the_members_of_the_seed()
    {
        await using var rig = await RegistryRig.StartAsync();
        await using var bus = new EventBus(time: rig.Time);
        await using var events = new ManagerEvents(rig.Manager, bus);
        await using var reader = bus.ReadAsync(new EventFilter { Categories = [EventCategories.Mcp] }, after: 0, Cancelled).GetAsyncEnumerator(Cancelled);

        rig.Launcher.OnLaunch = launch => launch.Fail("no such program", isPermanent: true);
        await rig.Registry.AddAsync(Fleet.Server() with { Name = "Files" }, cancellationToken: Cancelled);
        await TellsAsync(EventNames.ServerAdded, EventPriority.Normal, """{"server_id":"files","name":"Files","transport":"stdio"}""");
        await TellsAsync(EventNames.ServerConnectionFailed, EventPriority.High, """{"server_id":"files","error":"no such program"}""");

        rig.Launcher.OnLaunch = launch => launch.Succeed();
        await rig.Registry.ConnectAsync(Fleet.Only, Cancelled);
        await TellsAsync(EventNames.ServerConnected, EventPriority.High, """{"server_id":"files","transport":"stdio"}""");

        rig.Time.Advance(TimeSpan.FromSeconds(90));
        await rig.Registry.DisconnectAsync(Fleet.Only, Cancelled);
        await TellsAsync(EventNames.ServerDisconnected, EventPriority.Normal, """{"server_id":"files","duration":90}""");

        await rig.Registry.RemoveAsync(Fleet.Only, Cancelled);
        await TellsAsync(EventNames.ServerRemoved, EventPriority.Normal, """{"server_id":"files","name":"Files"}""");

        async Task TellsAsync(string name, EventPriority priority, string data)
        {
            Assert.True(await reader.MoveNextAsync());
            Assert.Equal((name, priority, data), (reader.Current.Name, reader.Current.Priority, reader.Current.Data.GetRawText()));
        }
    }

    [Fact(Timeout = 10_000)]
    public void The_names_and_priorities_are_those_of_the_seed()
    {
        Assert.Equal(
            ["mcp_server_added", "mcp_server_removed", "mcp_server_connected", "mcp_server_connection_failed", "mcp_server_disconnected", "mcp_server_notification"],
            [EventNames.ServerAdded, EventNames.ServerRemoved, EventNames.ServerConnected, EventNames.ServerConnectionFailed, EventNames.ServerDisconnected, EventNames.ServerNotification]);
        Assert.Equal([1, 2, 3, 4], [(int)EventPriority.Low, (int)EventPriority.Normal, (int)EventPriority.High, (int)EventPriority.Critical]);
    }

    /// <summary>There, two handlers of one name shared the filter of whoever subscribed first.</summary>
    [Fact(Timeout = 30_000)]
    public async Task Nobody_hears_less_because_somebody_else_listens_for_the_same_name()
    {
        await using var bus = new EventBus();
        var (few, all) = (new TaskCompletionSource<StewardEvent>(), new TaskCompletionSource<StewardEvent>());
        await using var first = bus.Subscribe(new EventFilter { Names = ["a"], MinimumPriority = EventPriority.Critical }, happened => few.TrySetResult(happened));
        await using var second = bus.Subscribe(new EventFilter { Names = ["a"] }, happened => all.TrySetResult(happened));

        var low = bus.Publish(new() { Name = "a", Category = EventCategories.Mcp, Priority = EventPriority.Low });
        var critical = bus.Publish(new() { Name = "a", Category = EventCategories.Mcp, Priority = EventPriority.Critical });

        Assert.Equal(low.Sequence, (await all.Task.WaitAsync(Cancelled)).Sequence);
        Assert.Equal(critical.Sequence, (await few.Task.WaitAsync(Cancelled)).Sequence);
    }
}
