using Microsoft.Extensions.Logging;
using ModelContextProtocol;
using Steward.Gateway;
using Steward.Hosting;
using Steward.Supervision;
using Steward.Wire;

namespace Steward.Clients;

/// <summary>The clients of this process, one for each server that somebody has asked for.</summary>
internal sealed class ManagedClients(McpServerManager manager, ManagerHost host, ServerHandlers handlers)
{
    private const int MostAttempts = 3;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Task<ManagedClient>> _clients = new(StringComparer.Ordinal); // without those that have ended: servers may come and go under ever new ids
    private readonly ILogger _logger = host.Loggers.CreateLogger("Steward.Clients");

    /// <summary>How many are open, or about to be.</summary>
    internal int Count
    {
        get
        {
            lock (_gate)
                return _clients.Count;
        }
    }

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
        for (var attempt = 1; ; attempt++)
        {
            Task<ManagedClient> opening;
            lock (_gate)
            {
                if (!_clients.TryGetValue(id, out opening!) || HasEnded(opening))
                {
                    _clients[id] = opening = Open(id);
                    _ = ForgetAsync(id, opening); // cannot fault
                }
            }

            if (await OpenedAsync(id, opening, attempt < MostAttempts, cancellationToken).ConfigureAwait(false) is { Completion.IsCompleted: false } client)
                return client;
        }
    }

    /// <summary>The client that was opened; <see langword="null"/> where the server went in that very moment, and may be back.</summary>
    private async Task<ManagedClient?> OpenedAsync(string id, Task<ManagedClient> opening, bool mayTryAgain, CancellationToken cancellationToken)
    {
        try
        {
            return await opening.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is ClientClosedException or ServerNotRunningException || failure is McpProtocolException { ErrorCode: (McpErrorCode)JsonRpcErrorCode.ServerUnavailable })
        {
            await manager.PassAsync(id, cancellationToken).ConfigureAwait(false);
            var status = manager.ServerOf(id) is { IsLeaving: false } server ? server.Status : throw manager.Unknown(id);
            if (status.State is not (ServerState.Running or ServerState.Starting))
                throw new ServerNotRunningException(status);
            if (!mayTryAgain)
                throw; // it runs, and is not to be had all the same: a process of its own for this client does not start
            return null;
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

    private async Task ForgetAsync(string id, Task<ManagedClient> opening)
    {
        await ((Task)opening).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (opening.IsCompletedSuccessfully)
            await (await opening.ConfigureAwait(false)).Completion.ConfigureAwait(false);
        lock (_gate)
        {
            if (_clients.GetValueOrDefault(id) == opening)
                _clients.Remove(id);
        }
    }

    private async Task<ManagedClient> OpenAsync(string id)
    {
        var status = manager.GetStatus(id);
        if ((status.State is not (ServerState.Running or ServerState.Starting) && !host.Gateway.IsAwaited(id)) || host.Gateway.Find(new GatewayTarget(GatewayTargetKind.Server, id)) is not { } endpoint)
            throw new ServerNotRunningException(status);
        return await ManagedClient.OpenAsync(id, handlers, host.Gateway, endpoint, host.Time, _logger).ConfigureAwait(false); // waits for one that starts, or is about to
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
