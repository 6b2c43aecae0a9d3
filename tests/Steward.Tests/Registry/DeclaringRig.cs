using Microsoft.Extensions.Logging.Abstractions;
using Steward.Configuration;
using Steward.Registry;
using Steward.Registry.InMemory;
using Steward.Server.Reload;
using Steward.Supervision;
using Steward.Tests.Testing;
using Xunit;

namespace Steward.Tests.Registry;

/// <summary>A registry beside a configuration file, as the daemon puts them together, over fake servers on a fake clock.</summary>
internal sealed class DeclaringRig : IAsyncDisposable
{
    private readonly StoreFolder _folder = new();

    private DeclaringRig(IRegistryStore store, RegisteredSet kept, StewardConfig said)
    {
        Store = new HookedStore(store);
        var config = kept.Over(said);
        Manager = new McpServerManager(config, Launcher, Time, NullLoggerFactory.Instance, new FixedRandom());
        Registry = new ServerRegistry(Manager, Store, kept, Launcher, Time, NullLogger.Instance);
        Registry.Start(isOpen: true, said.Servers);
        Reload = new ConfigReload(Manager, Registry, null, config, Time, NullLogger.Instance);
        Manager.StartAll();
    }

    public FakeTimeProvider Time { get; } = new();

    /// <summary>Every launch succeeds at once, unless a test says otherwise.</summary>
    public FakeLauncher Launcher { get; } = new() { OnLaunch = launch => launch.Succeed() };

    public HookedStore Store { get; }

    public McpServerManager Manager { get; }

    public ServerRegistry Registry { get; }

    public ConfigReload Reload { get; }

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    /// <param name="servers">What stands under <c>mcpServers</c> in the file.</param>
    /// <param name="store">What an earlier run has kept.</param>
    public static async Task<DeclaringRig> StartAsync(string servers, IRegistryStore? store = null)
    {
        store ??= new MemoryRegistryStore(new FakeTimeProvider());
        var kept = new RegisteredSet();
        kept.Fill(await store.Servers.ReadAsync(Cancelled));
        return new DeclaringRig(store, kept, ConfigFile.Parse(Text(servers), "steward.json", "/srv"));
    }

    /// <summary>Writes the file, and has it taken over.</summary>
    public Task ApplyAsync(string servers)
    {
        var file = _folder.PathOf("steward.json");
        File.WriteAllBytes(file, Text(servers)); // here and now: when this returns, the plan has begun or waits for its turn
        return Reload.ApplyAsync(file, Cancelled);
    }

    /// <summary>The next change of that kind waits before it is written.</summary>
    public Pause PauseBefore(string change)
    {
        var pause = new Pause();
        Store.Before = (what, _) => what == change ? pause.WaitAsync() : Task.CompletedTask;
        return pause;
    }

    public Task<ServerStatus> Reaches(string id, ServerState state) => Manager.WaitForStatusAsync(id, status => status.State == state, Cancelled);

    public async ValueTask DisposeAsync()
    {
        await Reload.DisposeAsync();
        await Manager.DisposeAsync();
        await Registry.DisposeAsync();
        _folder.Dispose();
    }

    private static byte[] Text(string servers) => System.Text.Encoding.UTF8.GetBytes($$"""{ "mcpServers": { {{servers}} } }""");
}
