using Microsoft.Extensions.Logging.Abstractions;
using Steward.Configuration;
using Steward.Registry;
using Steward.Registry.InMemory;
using Steward.Supervision;
using Steward.Tests.Testing;
using Xunit;

namespace Steward.Tests.Registry;

/// <summary>A registry over fake servers on a fake clock, as the daemon puts it together.</summary>
internal sealed class RegistryRig : IAsyncDisposable
{
    private RegistryRig(IRegistryStore store, RegisteredSet kept, ServerConfig[] declared, FakeLauncher launcher, FakeTimeProvider time)
    {
        (Store, Launcher, Time) = (store, launcher, time);
        Manager = new McpServerManager(kept.Over(new StewardConfig { Servers = declared }), launcher, time, NullLoggerFactory.Instance, new FixedRandom());
        Registry = new ServerRegistry(Manager, store, kept, launcher, time, NullLogger.Instance) { DeclaredIn = "/srv/mcp.json" };
        Registry.Start(isOpen: true, declared);
        Manager.StartAll();
    }

    public FakeTimeProvider Time { get; }

    /// <summary>Every launch succeeds at once, unless a test says otherwise.</summary>
    public FakeLauncher Launcher { get; }

    public IRegistryStore Store { get; }

    public McpServerManager Manager { get; }

    public ServerRegistry Registry { get; }

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    /// <summary>A registry in memory.</summary>
    public static Task<RegistryRig> StartAsync(params ServerConfig[] declared) => StartAsync(time => new MemoryRegistryStore(time), declared);

    public static async Task<RegistryRig> StartAsync(Func<TimeProvider, IRegistryStore> createStore, params ServerConfig[] declared)
    {
        var time = new FakeTimeProvider();
        var store = createStore(time);
        await store.OpenAsync(Cancelled);
        var kept = new RegisteredSet();
        kept.Fill(await store.Servers.ReadAsync(Cancelled));
        return new RegistryRig(store, kept, declared, new FakeLauncher { OnLaunch = launch => launch.Succeed() }, time);
    }

    public Task<ServerStatus> Reaches(string id, ServerState state) => Manager.WaitForStatusAsync(id, status => status.State == state, Cancelled);

    /// <summary>Waits until the history holds as many events, and gives them oldest first.</summary>
    public async Task<IReadOnlyList<(LifecycleEventKind Kind, string? Detail)>> Sees(int events, string? server = null)
    {
        while (true)
        {
            await Store.FlushAsync(Cancelled);
            var rows = await Registry.ReadEventsAsync(new HistoryQuery { Server = server }, Cancelled);
            if (rows.Count >= events)
                return [.. rows.Reverse().Select(row => (row.Kind, row.Detail))];
            await Task.Yield();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Manager.DisposeAsync();
        await Registry.DisposeAsync();
    }
}
