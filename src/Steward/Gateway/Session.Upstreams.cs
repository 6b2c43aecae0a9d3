using Steward.Gateway.Tasks;
using Steward.Supervision;
using Steward.Upstreams;
using Steward.Wire;

namespace Steward.Gateway;

/// <content>The servers that the session has to do with, and the processes of its own.</content>
internal sealed partial class Session
{
    private readonly HashSet<GatewayServer> _used = [];
    private readonly Dictionary<GatewayServer, OwnProcess> _ownProcesses = [];
    private GatewayServer? _lastUsed;

    /// <summary>Whether the session has to do with a server: it was opened for it, or has called it.</summary>
    public bool Uses(GatewayServer server)
    {
        lock (Gate)
            return _used.Contains(server);
    }

    public override void MarkUsed(GatewayServer server)
    {
        if (_lastUsed == server)
            return; // the common case, without the lock
        lock (Gate)
        {
            _used.Add(server);
            _lastUsed = server;
        }
    }

    /// <summary>The session's own process of a server.</summary>
    /// <exception cref="ServerLaunchException">The session has ended.</exception>
    public OwnProcess OwnProcessOf(GatewayServer server, UpstreamHost host, TaskKeepers keepers)
    {
        lock (Gate)
        {
            if (HasEnded)
                throw new ServerLaunchException("The session has ended."); // nobody would stop the process any more
            if (server.IsClosed)
                throw new ServerLaunchException($"Server '{server.Id}' is disabled, or was removed."); // nor this
            if (!_ownProcesses.TryGetValue(server, out var process))
                _ownProcesses[server] = process = new OwnProcess(server, this, host, keepers);
            return process;
        }
    }

    /// <summary>Ends the session's own process of a server; the next use starts another where the server may still be used. Never faults.</summary>
    public async Task ReleaseAsync(GatewayServer server)
    {
        OwnProcess? process;
        lock (Gate)
        {
            _ownProcesses.Remove(server, out process);
            if (server.Managed.IsLeaving)
            {
                _used.Remove(server);
                _lastUsed = null;
            }
        }

        await (process?.StopAsync(CancellationToken.None) ?? Task.CompletedTask).ConfigureAwait(false);
    }

    /// <summary>
    /// Has the session's own process of a server give way to one by the server's present definition, which is started beside it. Where that
    /// does not start, it goes on. Never faults.
    /// </summary>
    public async Task RenewAsync(GatewayServer server)
    {
        OwnProcess? process;
        lock (Gate)
            process = _ownProcesses.GetValueOrDefault(server);
        if (process is null)
            return;
        if (server.NeedsOwnProcess(this))
            await process.RenewAsync().ConfigureAwait(false);
        else
            await ReleaseAsync(server).ConfigureAwait(false); // by its new definition it has none
    }

    /// <summary>The connection to the session's own process of a server, if it runs now.</summary>
    public UpstreamConnection? LiveConnection(GatewayServer server)
    {
        lock (Gate)
            return _ownProcesses.GetValueOrDefault(server)?.Live;
    }

    /// <summary>The connections to the session's own processes that are running now and take notifications of clients: those of the legacy era.</summary>
    public IReadOnlyList<UpstreamConnection> OwnConnections()
    {
        OwnProcess[] processes;
        lock (Gate)
            processes = [.. _ownProcesses.Values];
        return [.. processes.Select(process => process.Live).OfType<UpstreamConnection>().Where(connection => connection.Server.Era == ProtocolEra.Legacy)];
    }

    private async Task StopOwnProcessesAsync(CancellationToken force)
    {
        OwnProcess[] processes;
        lock (Gate)
            processes = [.. _ownProcesses.Values];
        await Task.WhenAll(processes.Select(process => process.StopAsync(force))).ConfigureAwait(false);
    }
}
