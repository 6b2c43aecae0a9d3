using Microsoft.Extensions.Logging;
using ModelContextProtocol;
using Steward.Gateway;
using Steward.Hosting;
using Steward.Supervision;

namespace Steward.Clients;

/// <summary>The clients of this process, one for each server that somebody has asked for.</summary>
internal sealed class ManagedClients(McpServerManager manager, ManagerHost host, ServerHandlers handlers)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Task<ManagedClient>> _clients = new(StringComparer.Ordinal);
    private readonly ILogger _logger = host.Loggers.CreateLogger("Steward.Clients");

    /// <summary>Has every server meet its client as soon as it starts, where there are handlers: it may ask or say something before anybody calls it.</summary>
    public void Begin()
    {
        if (handlers.AreAny)
            _ = Task.Run(MeetAllAsync); // never faults; ends with the manager
    }

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
                    _clients[id] = opening = Open(id);
            }

            var client = await opening.WaitAsync(cancellationToken).ConfigureAwait(false);
            if (!client.Completion.IsCompleted)
                return client;
        }
    }

    private static bool HasEnded(Task<ManagedClient> opening) =>
        opening is { IsFaulted: true } or { IsCanceled: true } || (opening.IsCompletedSuccessfully && opening.Result.Completion.IsCompleted); // its result is there: nothing blocks

    /// <summary>The client is everybody's: what flows with the first who asks must not flow on with it.</summary>
    private Task<ManagedClient> Open(string id)
    {
        using (ExecutionContext.IsFlowSuppressed() ? default(AsyncFlowControl?) : ExecutionContext.SuppressFlow())
            return Task.Run(() => OpenAsync(id), CancellationToken.None);
    }

    private async Task<ManagedClient> OpenAsync(string id)
    {
        var status = manager.GetStatus(id);
        if (status.State is not (ServerState.Running or ServerState.Starting) || host.Gateway.Find(new GatewayTarget(GatewayTargetKind.Server, id)) is not { } endpoint)
            throw new ServerNotRunningException(status);
        try
        {
            return await ManagedClient.OpenAsync(id, handlers, host.Gateway, endpoint, host.Time, _logger).ConfigureAwait(false); // waits for one that starts
        }
        catch (McpException) when (manager.FindStatus(id) is { State: not ServerState.Running } now)
        {
            throw new ServerNotRunningException(now); // it went in this very moment
        }
    }

    private async Task MeetAllAsync()
    {
        await foreach (var status in manager.WatchAsync().ConfigureAwait(false))
        {
            if (!status.IsRemoved && status.State is ServerState.Starting or ServerState.Running)
                _ = MeetAsync(status.Id); // never faults; a server that hangs keeps no other from its client
        }
    }

    private async Task MeetAsync(string id)
    {
        try
        {
            await GetAsync(id, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception failure) // it did not start, or went again: its next start is heard of, too
        {
            _logger.NoClientForHandlers(id, failure);
        }
    }
}
