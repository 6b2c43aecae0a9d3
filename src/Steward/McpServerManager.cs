using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;
using Steward.Configuration;
using Steward.Supervision;

namespace Steward;

/// <summary>Starts, watches, restarts and stops a set of MCP servers. All members may be called from any thread.</summary>
public sealed partial class McpServerManager : IAsyncDisposable
{
    private readonly StatusBoard _board = new();
    private readonly ServerSupervisor[] _supervisors;
    private readonly Dictionary<string, ServerSupervisor> _byId;
    private readonly Lock _gate = new();
    private Task? _shutdown;

    internal McpServerManager(StewardConfig config, IServerLauncher launcher, TimeProvider time, ILoggerFactory loggers, Random? random = null)
    {
        // Never disposed: it holds no handle, and a launch that outlives the shutdown still gives its turn back.
        var starts = new SemaphoreSlim(config.StartConcurrency);
        var tools = new SupervisionTools(launcher, _board, starts, time, random ?? Random.Shared, loggers.CreateLogger("Steward.Supervision"));
        _supervisors = [.. config.Servers.Select(server => new ServerSupervisor(new ManagedServer(server, _board), tools))];
        _byId = _supervisors.ToDictionary(supervisor => supervisor.Server.Config.Id, StringComparer.Ordinal);
        Servers = [.. _supervisors.Select(supervisor => supervisor.Server)];
    }

    /// <summary>The statuses of all servers, in the order of the configuration.</summary>
    public IReadOnlyList<ServerStatus> Statuses => [.. Servers.Select(server => server.Status)];

    internal IReadOnlyList<ManagedServer> Servers { get; }

    /// <summary>The status of one server; <see langword="null"/> where there is none of that id.</summary>
    public ServerStatus? FindStatus(string id) => _board.Find(id);

    /// <summary>
    /// The status of every server now, then every change, until the manager has been shut down. A slow reader may miss steps in
    /// between, never where a server has come to.
    /// </summary>
    public IAsyncEnumerable<ServerStatus> WatchAsync(CancellationToken cancellationToken = default) => _board.WatchAsync(cancellationToken);

    /// <summary>Waits until a server has a status that meets a condition; returns at once where it has it already.</summary>
    /// <exception cref="UnknownServerException">There is no server of that id.</exception>
    /// <exception cref="ObjectDisposedException">The manager was shut down before the server had such a status.</exception>
    public Task<ServerStatus> WaitForStatusAsync(string id, Func<ServerStatus, bool> predicate, CancellationToken cancellationToken = default)
    {
        _ = Find(id);
        return _board.WaitForAsync(id, predicate, cancellationToken);
    }

    /// <summary>Waits until no server is being started or stopped: each runs, is stopped, has failed, or waits for its next start.</summary>
    public Task WaitUntilSettledAsync(CancellationToken cancellationToken = default) =>
        Task.WhenAll(_supervisors.Select(async supervisor =>
        {
            var version = await supervisor.PassAsync().WaitAsync(cancellationToken).ConfigureAwait(false); // or what was just asked for would go unseen
            await SettledAsync(supervisor, version ?? 0, cancellationToken).ConfigureAwait(false);
        }));

    /// <summary>The first settled status from a version on: what a request has led to, not what was before it.</summary>
    private Task<ServerStatus> SettledAsync(ServerSupervisor supervisor, long version, CancellationToken cancellationToken) => _board.WaitForAsync(
        supervisor.Server.Config.Id,
        status => status.Version >= version && status.State is not (ServerState.Starting or ServerState.Stopping),
        cancellationToken);

    [DoesNotReturn]
    private void ThrowUnknown(string id) => throw new UnknownServerException(id, _byId.Keys);

    private ServerSupervisor Find(string id)
    {
        if (!_byId.TryGetValue(id, out var supervisor))
            ThrowUnknown(id);
        return supervisor;
    }
}
