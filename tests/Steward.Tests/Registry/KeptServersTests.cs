using Microsoft.Extensions.Logging.Abstractions;
using Steward.Configuration;
using Steward.Registry;
using Steward.Registry.InMemory;
using Steward.Supervision;
using Steward.Tests.Testing;
using Xunit;

namespace Steward.Tests.Registry;

/// <summary>What outlives the process, and what a disk that refuses does to changes.</summary>
public sealed class KeptServersTests : IDisposable
{
    private readonly StoreFolder _folder = new();
    private int _maxPages = 1_000_000;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact(Timeout = 30_000)]
    public async Task Registered_servers_start_behind_the_declared_ones_in_the_order_in_which_they_were_added()
    {
        await using (var rig = await StartAsync(Fleet.Server("declared")))
        {
            await rig.Registry.AddAsync(Fleet.Server("b"), cancellationToken: Cancelled);
            await rig.Registry.AddAsync(Fleet.Server("a") with { Disabled = true }, cancellationToken: Cancelled);
            await rig.Registry.AddAsync(Fleet.Server("c"), cancellationToken: Cancelled);
        }

        await using var again = await StartAsync(Fleet.Server("declared"));
        foreach (var id in (string[])["declared", "b", "c"])
            await again.Reaches(id, ServerState.Running);

        Assert.Equal(["declared", "b", "a", "c"], again.Registry.List().Select(entry => entry.Config.Id));
        Assert.Equal([true, false, false, false], again.Registry.List().Select(entry => entry.IsDeclared));
        Assert.Equal([ServerOrigin.Declared, ServerOrigin.Registered], again.Manager.GetAllStatuses().Take(2).Select(status => status.Origin));
        Assert.Equal(ServerState.Disabled, again.Manager.FindStatus("a")!.State);
    }

    [Fact(Timeout = 30_000)]
    public async Task What_was_said_of_a_declared_server_holds_until_the_file_says_the_same()
    {
        await using (var rig = await StartAsync(Fleet.Server("on"), Fleet.Server("off") with { Disabled = true }))
        {
            await rig.Registry.DisableAsync("on", Cancelled);
            await rig.Registry.EnableAsync("off", Cancelled);
        }

        await using (var rig = await StartAsync(Fleet.Server("on"), Fleet.Server("off") with { Disabled = true }))
        {
            await rig.Reaches("off", ServerState.Running);
            Assert.Equal(ServerState.Disabled, rig.Manager.FindStatus("on")!.State);
            await rig.Registry.EnableAsync("on", Cancelled);
        }

        await using var last = await StartAsync(Fleet.Server("on"), Fleet.Server("off"));
        await last.Reaches("on", ServerState.Running);
        await last.Reaches("off", ServerState.Running);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_declared_server_hides_a_registered_one_of_its_id_which_stays_kept()
    {
        await using (var rig = await StartAsync())
            await rig.Registry.AddAsync(Fleet.Server("files") with { Command = "registered" }, cancellationToken: Cancelled);

        await using (var rig = await StartAsync(Fleet.Server("files") with { Command = "declared" }))
        {
            var entry = Assert.Single(rig.Registry.List());
            Assert.Equal(("declared", true), (entry.Config.Command, entry.IsDeclared));
            await Assert.ThrowsAsync<DeclaredServerException>(() => rig.Registry.RemoveAsync("files", Cancelled));
            Assert.Equal(ServerState.Disabled, (await rig.Registry.DisableAsync("files", Cancelled)).Status.State);
        }

        await using var again = await StartAsync();
        await again.Reaches("files", ServerState.Running);
        Assert.Equal("registered", again.Registry.Find("files")!.Config.Command);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_hidden_server_is_forgotten_at_once_and_what_hides_it_runs_on()
    {
        await using (var rig = await StartAsync())
            await rig.Registry.AddAsync(Fleet.Server("files") with { Command = "registered" }, cancellationToken: Cancelled);

        await using (var rig = await StartAsync(Fleet.Server("files") with { Command = "declared" }, Fleet.Server("plain")))
        {
            await rig.Reaches("files", ServerState.Running);
            Assert.Equal([true, false], rig.Registry.List().Select(entry => entry.HidesRegistered));
            var refused = await Assert.ThrowsAsync<DeclaredServerException>(() => rig.Registry.RemoveAsync("files", Cancelled));
            Assert.True(refused.HidesRegistered);
            Assert.Contains("'steward remove --registered files'", refused.Message, StringComparison.Ordinal);
            var before = rig.Manager.FindStatus("files");

            Assert.True(await rig.Registry.RemoveRegisteredAsync("files", Cancelled));

            Assert.Same(before, rig.Manager.FindStatus("files"));
            Assert.False(rig.Registry.Find("files")!.HidesRegistered);
            Assert.False(await rig.Registry.RemoveRegisteredAsync("files", Cancelled));
            Assert.False(await rig.Registry.RemoveRegisteredAsync("plain", Cancelled));
            Assert.False((await Assert.ThrowsAsync<DeclaredServerException>(() => rig.Registry.RemoveAsync("files", Cancelled))).HidesRegistered);
        }

        await using var again = await StartAsync();
        Assert.Empty(again.Registry.List());
    }

    [Fact(Timeout = 30_000)]
    public async Task A_registered_server_that_nothing_hides_is_removed_by_either_name()
    {
        await using var rig = await StartAsync();
        await rig.Registry.AddAsync(Fleet.Server("files"), cancellationToken: Cancelled);

        Assert.True(await rig.Registry.RemoveRegisteredAsync("files", Cancelled));

        Assert.Null(rig.Manager.FindStatus("files"));
    }

    [Fact(Timeout = 30_000)]
    public async Task A_change_that_cannot_be_written_is_refused_and_what_runs_is_what_is_kept()
    {
        await using var rig = await RegistryRig.StartAsync(time => _folder.Create(time, _folder.Options with { MaxPages = () => _maxPages }));
        await rig.Registry.AddAsync(Fleet.Server("files"), cancellationToken: Cancelled);
        _maxPages = 1;
        rig.Time.Advance(TimeSpan.FromMinutes(1));
        await rig.Store.FlushAsync(Cancelled);
        string[] tooLong = [new string('x', 100_000)];

        await Assert.ThrowsAsync<RegistryException>(() => rig.Registry.AddAsync(Fleet.Server("big") with { Args = tooLong }, cancellationToken: Cancelled));
        await Assert.ThrowsAsync<RegistryException>(() => rig.Registry.UpdateAsync(Fleet.Server("files") with { Args = tooLong }, Cancelled));

        Assert.Equal(["files"], rig.Registry.List().Select(entry => entry.Config.Id));
        Assert.Empty(rig.Registry.Find("files")!.Config.Args);
        Assert.Equal(ServerState.Running, rig.Manager.FindStatus("files")!.State);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_registry_that_cannot_be_opened_at_the_start_is_taken_over_when_it_can()
    {
        await using (var rig = await StartAsync())
            await rig.Registry.AddAsync(Fleet.Server("kept"), cancellationToken: Cancelled);
        File.Move(_folder.File, _folder.PathOf("elsewhere"));
        Directory.CreateDirectory(_folder.File);
        var time = new FakeTimeProvider();
        var launcher = new FakeLauncher { OnLaunch = launch => launch.Succeed() };
        await using var manager = new McpServerManager(new StewardConfig { Servers = [Fleet.Server("declared")] }, launcher, time, NullLoggerFactory.Instance);
        var store = _folder.Create(time);
        await Assert.ThrowsAsync<RegistryException>(() => store.OpenAsync(Cancelled));
        await using var registry = new ServerRegistry(manager, store, new RegisteredSet(), launcher, time, _folder.Log);
        registry.Start(isOpen: false, []);
        manager.StartAll();
        await manager.WaitForStatusAsync("declared", status => status.State == ServerState.Running, Cancelled);
        await Assert.ThrowsAsync<RegistryException>(() => registry.AddAsync(Fleet.Server("new"), cancellationToken: Cancelled));

        Directory.Delete(_folder.File);
        File.Move(_folder.PathOf("elsewhere"), _folder.File);
        time.Advance(TimeSpan.FromSeconds(30));

        await foreach (var status in manager.WatchAsync(Cancelled))
        {
            if (status is { Id: "kept", State: ServerState.Running })
                break;
        }

        Assert.Equal(["declared", "kept"], registry.List().Select(entry => entry.Config.Id));
        await manager.DisposeAsync();
    }

    [Fact(Timeout = 30_000)]
    public async Task A_registry_that_can_be_opened_only_when_Steward_ends_does_not_hold_that_up()
    {
        await using (var rig = await StartAsync())
            await rig.Registry.AddAsync(Fleet.Server("kept"), cancellationToken: Cancelled);
        var (time, launcher) = (new FakeTimeProvider(), new FakeLauncher { OnLaunch = launch => launch.Succeed() });
        await using var manager = new McpServerManager(new StewardConfig { Servers = [] }, launcher, time, NullLoggerFactory.Instance);
        await using var registry = new ServerRegistry(manager, _folder.Create(time), new RegisteredSet(), launcher, time, _folder.Log);
        registry.Start(isOpen: false, []);
        await manager.DisposeAsync();

        time.Advance(TimeSpan.FromSeconds(30));
        while (registry.Kept == 0)
            await Task.Yield();

        await registry.DisposeAsync();
    }

    [Fact(Timeout = 30_000)]
    public async Task What_was_said_while_a_late_registry_was_being_read_is_not_undone_by_it()
    {
        var (time, launcher) = (new FakeTimeProvider(), new FakeLauncher { OnLaunch = launch => launch.Succeed() });
        var (store, pause) = (new HookedStore(new MemoryRegistryStore(time)), new Pause());
        await store.AddAsync(new RegisteredServer(Fleet.Server("late"), "cli", time.GetUtcNow(), time.GetUtcNow()), Cancelled);
        await using var manager = new McpServerManager(new StewardConfig { Servers = [] }, launcher, time, NullLoggerFactory.Instance);
        await using var registry = new ServerRegistry(manager, store, new RegisteredSet(), launcher, time, _folder.Log);
        registry.Start(isOpen: false, []);
        manager.StartAll();
        await registry.AddAsync(Fleet.Server("gone"), cancellationToken: Cancelled);
        await registry.AddAsync(Fleet.Server("changed"), cancellationToken: Cancelled);
        store.AfterRead = pause.WaitAsync;
        time.Advance(TimeSpan.FromSeconds(30));
        await pause.Reached;

        await registry.RemoveAsync("gone", Cancelled);
        var changed = await registry.UpdateAsync(Fleet.Server("changed") with { Command = "other" }, Cancelled);
        pause.End();
        await foreach (var status in manager.WatchAsync(Cancelled))
        {
            if (status is { Id: "late", State: ServerState.Running })
                break;
        }

        Assert.Equal(["changed", "late"], registry.List().Select(entry => entry.Config.Id).Order());
        Assert.Equal((changed.Updated, "other"), (registry.Find("changed")!.Updated, registry.Find("changed")!.Config.Command));
        await manager.DisposeAsync();
    }

    private Task<RegistryRig> StartAsync(params ServerConfig[] declared) => RegistryRig.StartAsync(time => _folder.Create(time), declared);
}
