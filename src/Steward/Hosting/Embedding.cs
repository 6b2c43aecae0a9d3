using Steward.Clients;
using Steward.Configuration;
using Steward.Registry;
using Steward.Telemetry;

namespace Steward.Hosting;

/// <summary>What a manager that a program has made for itself has beside its servers. A daemon has all of it in its own way.</summary>
internal sealed class Embedding : IAsyncDisposable
{
    private readonly HistoryRecorder _recorder;
    private readonly IDisposable _observation;
    private ConfigFollower? _follower;

    public Embedding(McpServerManager manager, StewardConfig config, McpServerManagerOptions options, ManagerHost host)
    {
        Host = host;
        Clients = new ManagedClients(manager, host, options.Handlers);
        Operations = new ServerOperations(manager, Clients, host);
        History = new LifecycleHistory(options.HistoryLimit, host.Time);
        _recorder = new HistoryRecorder(manager, History.Rows, catalogues: null, host.Time, host.Loggers.CreateLogger("Steward.Registry"));
        _recorder.Start();
        host.Attach(manager, config);
        Clients.Begin();
        _observation = ServerMetrics.Observe(manager);
    }

    public ManagerHost Host { get; }

    /// <summary>The program's own clients of the servers.</summary>
    public ManagedClients Clients { get; }

    public ServerOperations Operations { get; }

    public LifecycleHistory History { get; }

    /// <summary>Begins to follow the files of which the manager is made.</summary>
    public void Follow(McpServerManager manager, StewardConfig built, IReadOnlyList<string> files, Func<StewardConfig> compose) =>
        _follower = new ConfigFollower(manager, built, files, compose, Host);

    /// <summary>To be called when the servers have stopped.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_follower is { } follower)
            await follower.DisposeAsync().ConfigureAwait(false);
        _observation.Dispose();
        await _recorder.DisposeAsync().ConfigureAwait(false);
        await Host.DisposeAsync().ConfigureAwait(false);
    }
}
