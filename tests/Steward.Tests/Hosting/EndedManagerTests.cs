using Steward.Configuration;
using Steward.Supervision;
using Steward.Tests.Testing;
using Xunit;

namespace Steward.Tests.Hosting;

/// <summary>Managers that have been shut down.</summary>
public sealed class EndedManagerTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact(Timeout = 30_000)]
    public async Task What_is_over_can_be_ended_again_and_read_and_starts_nothing()
    {
        var launcher = new FakeLauncher { OnLaunch = launch => launch.Succeed() };
        var manager = new McpServerManager([Fleet.Server("a")], new() { Adjust = host => host with { Launcher = launcher } });
        await manager.StartAllAsync(Cancelled);
        await Task.WhenAll(manager.DisposeAsync().AsTask(), manager.ShutdownAsync(Cancelled));
        await manager.DisposeAsync();

        Func<Task>[] changes =
        [
            () => manager.StartAllAsync(Cancelled),
            () => manager.StartServerAsync("a", Cancelled),
            () => manager.RestartServerAsync("a", Cancelled),
            () => manager.AddServerAsync(Fleet.Server("b"), cancellationToken: Cancelled),
            () => manager.UpdateServerAsync(Fleet.Server("a") with { Command = "other" }, Cancelled),
            () => manager.DisableServerAsync("a", Cancelled),
            () => manager.ApplyAsync(ConfigPlan.Between(new StewardConfig { Servers = [] }, new StewardConfig { Servers = [Fleet.Server("b")] }), Cancelled),
        ];
        foreach (var change in changes)
            await Assert.ThrowsAsync<ObjectDisposedException>(change);
        foreach (var call in (Func<Task>[])[() => manager.CallToolAsync("a", "x", cancellationToken: Cancelled), () => manager.GetClientAsync("a", Cancelled), () => manager.ListToolsAsync("a", Cancelled)])
            await Assert.ThrowsAsync<ServerNotRunningException>(call);

        Assert.Equal(ServerState.Stopped, (await manager.StopServerAsync("a", Cancelled)).State);
        Assert.Equal(ServerState.Stopped, (await manager.CheckHealthAsync("a", Cancelled)).State);
        Assert.False(await manager.RemoveServerAsync("a", Cancelled));
        await manager.WaitUntilSettledAsync(Cancelled);
        manager.StopMonitoring();
        Assert.Empty(await manager.GetToolsAsync(cancellationToken: Cancelled));
        Assert.NotEmpty(manager.History.GetEvents("a"));
        Assert.NotEmpty(manager.ToJson());
        Assert.Equal(["a"], await manager.WatchAsync(Cancelled).Select(status => status.Id).ToListAsync(Cancelled));
        Assert.Equal(1, launcher.Count);
    }
}
