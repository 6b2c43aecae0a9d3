using Microsoft.Extensions.Logging;
using Steward.Configuration;
using Steward.Supervision;
using Steward.Upstreams.Instances;

namespace Steward;

/// <summary>
/// Starts, watches, restarts and stops a set of MCP servers, which may change at any time. All members may be called from any thread, and
/// none waits for a server that it is not about.
/// </summary>
public sealed partial class McpServerManager : IAsyncDisposable
{
    private readonly StatusBoard _board = new();
    private readonly SupervisionTools _tools;
    private readonly Lock _gate = new(); // around memory only: which servers there are, and whether it is over
    private ServerSet _set = ServerSet.Empty;
    private bool _isStarted;
    private readonly CancellationTokenSource _force = new(); // without a timer it holds nothing
    private Task? _shutdown;

    internal McpServerManager(StewardConfig config, IServerLauncher launcher, TimeProvider time, ILoggerFactory loggers, Random? random = null, ServerDefaults? defaults = null)
    {
        _defaults = defaults ?? new();
        // Never disposed: it holds no handle, and a launch that outlives the shutdown still gives its turn back.
        var starts = new SemaphoreSlim(config.StartConcurrency);
        var (dice, logger, monitoring) = (random ?? Random.Shared, loggers.CreateLogger("Steward.Supervision"), new Monitoring());
        _tools = new SupervisionTools(new InstanceLauncher(launcher, time, dice, monitoring, logger), _board, starts, time, dice, logger)
        {
            Monitoring = monitoring,
            Redefined = Renew,
            Preparing = (server, run) => Preparing?.Invoke(server, run) ?? Task.CompletedTask,
        };
        _set = ServerSet.Of(config.Servers.Select(server => new ServerSupervisor(new ManagedServer(server, _board, ServerOrigin.Declared, _defaults), _tools)));
    }

    /// <summary>The definitions of all servers, in the same order.</summary>
    public IReadOnlyList<ServerConfig> Configs => [.. Servers.Select(server => server.Config)];

    /// <summary>The servers. The same list for as long as none comes, goes or is defined anew.</summary>
    internal IReadOnlyList<ManagedServer> Servers => Set.Servers;

    private ServerSet Set => Volatile.Read(ref _set);

    /// <summary>The statuses of all servers: in the order of the configuration, and behind them what was added since.</summary>
    public IReadOnlyList<ServerStatus> GetAllStatuses() => [.. Servers.Select(server => server.Status)];

    /// <summary>The status of one server.</summary>
    /// <param name="id">Its id.</param>
    /// <exception cref="UnknownServerException">There is no server of that id.</exception>
    public ServerStatus GetStatus(string id) => Find(id).Server.Status;

    /// <summary>The status of one server; <see langword="null"/> where there is none of that id.</summary>
    public ServerStatus? FindStatus(string id) => Set.Find(id)?.Server.Status;

    /// <summary>How one server is defined now; <see langword="null"/> where there is none of that id.</summary>
    public ServerConfig? FindConfig(string id) => Set.Find(id)?.Server.Config;

    /// <summary>
    /// The status of every server now, then every change, until the manager has been shut down. The last of a server that was removed says
    /// so (<see cref="ServerStatus.IsRemoved"/>). A slow reader may miss steps in between, never where a server has come to.
    /// </summary>
    public IAsyncEnumerable<ServerStatus> WatchAsync(CancellationToken cancellationToken = default) => _board.WatchAsync(cancellationToken);

    /// <summary>Waits until a server has a status that meets a condition; returns at once where it has it already.</summary>
    /// <param name="id">The server.</param>
    /// <param name="predicate">The condition. A slow reader may miss steps in between: wait for where a server stays.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="UnknownServerException">There is no server of that id, or it was removed before it had such a status.</exception>
    /// <exception cref="ObjectDisposedException">The manager was shut down before the server had such a status.</exception>
    public Task<ServerStatus> WaitForStatusAsync(string id, Func<ServerStatus, bool> predicate, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(predicate);
        _ = Find(id);
        return _board.WaitForAsync(id, predicate, cancellationToken);
    }

    /// <summary>Waits until no server is being started, stopped or updated: each runs, is stopped, has failed, or waits for its next start.</summary>
    public Task WaitUntilSettledAsync(CancellationToken cancellationToken = default) =>
        Task.WhenAll(Set.Supervisors.Select(supervisor => PassAsync(supervisor, cancellationToken)));

    /// <summary>Completes when the status of a server knows of all that has happened to it up to now.</summary>
    internal Task PassAsync(string id, CancellationToken cancellationToken) => Set.Find(id)?.PassAsync().WaitAsync(cancellationToken) ?? Task.CompletedTask;

    /// <summary>A definition has changed: whoever has chosen servers by theirs chooses anew.</summary>
    private void Renew()
    {
        lock (_gate)
            Volatile.Write(ref _set, Set.Renewed());
    }

    private async Task PassAsync(ServerSupervisor supervisor, CancellationToken cancellationToken)
    {
        var version = await supervisor.PassAsync().WaitAsync(cancellationToken).ConfigureAwait(false); // or what was just asked for would go unseen
        try
        {
            await SettledAsync(supervisor, version ?? 0, cancellationToken).ConfigureAwait(false);
        }
        catch (UnknownServerException)
        {
            // Removed meanwhile: nothing of it can be more settled.
        }
    }

    /// <summary>The first settled status from a version on: what a request has led to, not what was before it.</summary>
    private Task<ServerStatus> SettledAsync(ServerSupervisor supervisor, long version, CancellationToken cancellationToken) => SettledAsync(supervisor, version, mayBeUpdating: false, cancellationToken);

    private Task<ServerStatus> SettledAsync(ServerSupervisor supervisor, long version, bool mayBeUpdating, CancellationToken cancellationToken) => _board.WaitForAsync(
        supervisor.Server.Id,
        status => status.Version >= version && (mayBeUpdating || !status.IsUpdating) && status.State is not (ServerState.Starting or ServerState.Stopping),
        cancellationToken);

    /// <summary>There is no such server, or not for long any more.</summary>
    internal UnknownServerException Unknown(string id) => new(id, [.. Set.Ids.Where(known => known != id)]);

    private ServerSupervisor Find(string id) => Set.Find(id) ?? throw Unknown(id);

    /// <summary>Why a supervisor heard no more.</summary>
    private Exception TooLate(string id) => Volatile.Read(ref _shutdown) is not null ? new ObjectDisposedException(nameof(McpServerManager)) : new UnknownServerException(id, Set.Ids);
}
