using Steward.Gateway;
using Steward.Supervision;
using Steward.Upstreams;
using Steward.Wire;

namespace Steward.Registry;

/// <content>Connections, requests and history.</content>
internal sealed partial class ServerRegistry
{
    /// <summary>Connects a server, which starts it where it is a program; one that is connected stays as it is.</summary>
    /// <returns>The status that it has come to: also when it failed, which is no exception.</returns>
    /// <exception cref="UnknownServerException">There is no server of that id.</exception>
    /// <exception cref="InvalidOperationException">The server is disabled.</exception>
    public Task<ServerStatus> ConnectAsync(string id, CancellationToken cancellationToken = default) => _manager.TryStartServerAsync(id, cancellationToken);

    /// <summary>Disconnects a server, and stops it where it is a program; one that is not connected stays as it is.</summary>
    /// <exception cref="UnknownServerException">There is no server of that id.</exception>
    public Task<ServerStatus> DisconnectAsync(string id, CancellationToken cancellationToken = default) => _manager.StopServerAsync(id, cancellationToken);

    /// <summary>The servers that are connected.</summary>
    public IReadOnlyList<ServerEntry> ListConnections() => List(new ServerFilter { State = ServerState.Running });

    /// <summary>
    /// Makes a request of a server, whatever its method. One that rests is started by it, and one that is just being started again is waited for, as by
    /// clients' calls (<see cref="Configuration.ServerConfig.QueueTimeout"/>).
    /// </summary>
    /// <param name="id">The server's id.</param>
    /// <param name="method">The method, such as <c>tools/list</c>.</param>
    /// <param name="parameters">Its <c>params</c>, a JSON object; empty for none.</param>
    /// <param name="timeout">How long to wait for an answer or progress; <see langword="null"/> for the server's own <c>requestTimeoutMs</c>.</param>
    /// <param name="cancellationToken">Cancels the request.</param>
    /// <returns>The <c>result</c> as the server wrote it.</returns>
    /// <exception cref="ArgumentException">The method is one that Steward itself uses to begin a connection.</exception>
    /// <exception cref="UnknownServerException">There is no server of that id.</exception>
    /// <exception cref="UpstreamErrorException">It is not connected and will not be in time, answered with an error, or not in time.</exception>
    public async Task<byte[]> RequestAsync(string id, string method, ReadOnlyMemory<byte> parameters = default, TimeSpan? timeout = null, CancellationToken cancellationToken = default)
    {
        if (method.Length == 0 || method == "initialize")
            throw new ArgumentException(method.Length == 0 ? "The method must not be empty: tools/list is one." : "A connection is begun once, by Steward.", nameof(method));
        var server = _manager.FindServer(id) ?? throw Unknown(id);
        if (await _manager.ReachAsync(server, gone: null, cancellationToken).ConfigureAwait(false) is not { } run)
            throw new UpstreamErrorException(JsonRpcErrorCode.ServerUnavailable, Relay.Unavailable(server.Status, _time));
        return await _manager.RequestAsync(server, run, method, parameters, timeout ?? server.Config.RequestTimeout, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>What happened to servers, newest first; also to those that were removed since.</summary>
    /// <exception cref="RegistryException">It cannot be read now.</exception>
    public Task<IReadOnlyList<LifecycleEvent>> ReadEventsAsync(HistoryQuery query, CancellationToken cancellationToken = default) =>
        _store.History.ReadEventsAsync(query, cancellationToken);

    /// <summary>Connections, newest first; also those to servers that were removed since.</summary>
    /// <exception cref="RegistryException">It cannot be read now.</exception>
    public Task<IReadOnlyList<ConnectionRecord>> ReadConnectionsAsync(HistoryQuery query, CancellationToken cancellationToken = default) =>
        _store.History.ReadConnectionsAsync(query, cancellationToken);

    /// <summary>Forgets the history of one server, or of all. Connections that last are kept.</summary>
    /// <returns>How many rows were forgotten.</returns>
    /// <exception cref="RegistryException">It cannot be written now.</exception>
    public Task<int> ClearHistoryAsync(string? server = null, CancellationToken cancellationToken = default) =>
        _store.History.ClearAsync(server, cancellationToken);

    /// <summary>Waits until what was recorded before can be read, or is lost.</summary>
    internal Task FlushAsync(CancellationToken cancellationToken) => _store.FlushAsync(cancellationToken);
}
