using Microsoft.Extensions.Logging;
using ModelContextProtocol;
using Steward.Gateway;
using Steward.Hosting;
using Steward.Supervision;

namespace Steward.Clients;

/// <summary>The clients of this process, one for each server that somebody has asked for.</summary>
internal sealed class ManagedClients(McpServerManager manager, ManagerHost host)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Task<ManagedClient>> _clients = new(StringComparer.Ordinal);
    private readonly ILogger _logger = host.Loggers.CreateLogger("Steward.Clients");

    /// <summary>The client of a server; the first who asks opens it.</summary>
    /// <exception cref="UnknownServerException">There is no server of that id.</exception>
    /// <exception cref="ServerNotRunningException">The server does not run, so that nothing can be opened.</exception>
    public async Task<ManagedClient> GetAsync(string id, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task<ManagedClient> opening;
            lock (_gate)
            {
                if (!_clients.TryGetValue(id, out opening!) || HasEnded(opening))
                    _clients[id] = opening = Task.Run(() => OpenAsync(id), CancellationToken.None);
            }

            var client = await opening.WaitAsync(cancellationToken).ConfigureAwait(false);
            if (!client.Completion.IsCompleted)
                return client;
        }
    }

    private static bool HasEnded(Task<ManagedClient> opening) =>
        opening is { IsFaulted: true } or { IsCanceled: true } || (opening.IsCompletedSuccessfully && opening.Result.Completion.IsCompleted);

    private async Task<ManagedClient> OpenAsync(string id)
    {
        var status = await manager.WaitForStatusAsync(id, status => status.State != ServerState.Starting).ConfigureAwait(false);
        if (status.State != ServerState.Running || host.Gateway.Find(new GatewayTarget(GatewayTargetKind.Server, id)) is not { } endpoint)
            throw new ServerNotRunningException(status);
        try
        {
            return await ManagedClient.OpenAsync(id, host.Gateway, endpoint, host.Time, _logger, CancellationToken.None).ConfigureAwait(false);
        }
        catch (McpException) when (manager.FindStatus(id) is { State: not ServerState.Running } now)
        {
            throw new ServerNotRunningException(now); // it went in this very moment
        }
    }
}
