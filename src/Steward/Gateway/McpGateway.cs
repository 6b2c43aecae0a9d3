using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Steward.Configuration;
using Steward.Gateway.Leases;
using Steward.Gateway.Tasks;
using Steward.Supervision;
using Steward.Upstreams;
using Steward.Wire;

namespace Steward.Gateway;

/// <summary>
/// Serves the managed servers to clients of both eras: opens sessions for those that need one, takes what they say and brings
/// it where it belongs. Knows no transport; the fronts do.
/// </summary>
internal sealed class McpGateway : IAsyncDisposable
{
    /// <summary>After so long without a byte a waiting client gets a sign of life.</summary>
    public static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(15);

    private static readonly TimeSpan UpkeepInterval = TimeSpan.FromSeconds(5);

    private readonly McpServerManager _manager;
    private readonly GatewayParts _parts;
    private readonly CatalogBoard _board;
    private readonly LogLevels _logLevels;
    private readonly SubscriptionDesk _subscriptions;
    private readonly LeasePools _leases;
    private readonly BridgedTasks _bridgedTasks;
    private readonly MergedEndpoint _merged;
    private readonly MergedEndpoint _proxied;
    private readonly Dictionary<string, MergedEndpoint> _groups;
    private readonly Func<GatewayServer, ServerEndpoint> _makeEndpoint;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly ITimer _upkeep;
    private readonly ConcurrentDictionary<Session, Task> _closing = new();
    private long _sessionsBegun;
    private Task? _stopping;

    public McpGateway(McpServerManager manager, StewardConfig config, GatewayParts parts, UpstreamHost host)
    {
        (_manager, _parts, _clock, _logger) = (manager, parts, host.Time, parts.Logger);
        Naming = config.Gateway.Naming;
        parts.Servers.Follow(() => manager.Servers, server => config.Gateway.AllowedServers?.Contains(server.Id) ?? true, parts.Recall);

        _bridgedTasks = new BridgedTasks(parts.TaskKeepers, _clock);
        _subscriptions = new SubscriptionDesk(parts, _bridgedTasks);
        _logLevels = new LogLevels(parts.Sessions, parts.Servers, _clock, _logger);
        _leases = new LeasePools(parts.Limits, parts.Sessions, parts.ParkedCalls, parts.TaskKeepers, host);
        var relay = new Relay(parts.Limits, host, parts.ParkedCalls, _leases, _logLevels) { Bridged = _bridgedTasks };
        var all = new MergedView(parts.Servers, config.Gateway.Naming);
        var chosen = config.SseProxy?.AllowedServers is { } ids ? new MergedView(parts.Servers.Only(server => ids.Contains(server.Id)), config.Gateway.Naming) : all;
        MergedView[] groups = [.. config.Groups.Select(group => new MergedView(parts.Servers.Only(group.Contains), config.Gateway.Naming, group))];
        _board = new CatalogBoard(manager, parts.Servers, [.. groups.Prepend(chosen).Prepend(all).Distinct()], parts.Listeners, _clock, _logger) { RunBegan = _logLevels.ApplyAsync };
        parts.Traffic.CatalogChanged = _ => _board.Look();
        var mergedRelay = new Relay(parts.Limits, host, parts.ParkedCalls, _leases, _logLevels) { Bridged = _bridgedTasks, ExposesTaskIds = true };
        _merged = new MergedEndpoint(all, _board, _logLevels, mergedRelay);
        _proxied = chosen == all ? _merged : new MergedEndpoint(chosen, _board, _logLevels, mergedRelay);
        _groups = groups.ToDictionary(view => view.Group!.Name, view => new MergedEndpoint(view, _board, _logLevels, mergedRelay), StringComparer.Ordinal);
        _makeEndpoint = server => new ServerEndpoint(server, manager, _logLevels, relay);
        parts.Traffic.Listens = server => parts.Listeners.Subscriptions.Any(subscription => subscription.Endpoint is ServerEndpoint endpoint && endpoint.Server == server);
        manager.Remembered = config => parts.Servers.Find(config.Id)?.Remembered;
        manager.Releasing = ReleaseAsync;
        manager.Preparing = PrepareAsync;
        manager.Renewing = RenewAsync;
        manager.Removed = Forget;
        _upkeep = _clock.CreateTimer(_ => Tend(), null, UpkeepInterval, UpkeepInterval);
        _board.Start();
    }

    public SessionTable Sessions => _parts.Sessions;

    public ServerDirectory Servers => _parts.Servers;

    /// <summary>How tools and prompts are named where several servers are one.</summary>
    public ToolNaming Naming { get; }

    /// <summary>Tells when there may be other servers, other definitions of them, or other lists.</summary>
    public ChangeSignal CatalogChanges => _board.Changes;

    public Catalog.MergedCatalog Catalog => _merged.View.Catalog;

    /// <summary>Completes when <see cref="Catalog"/> knows of all that has become of the servers up to now: of one that runs, its tools.</summary>
    public Task CatchUpAsync() => _board.CatchUpAsync();

    /// <summary>All servers as one.</summary>
    public GatewayEndpoint Merged => _merged;

    /// <summary>The servers of the <c>sseProxy</c> as one.</summary>
    public GatewayEndpoint Proxied => _proxied;

    /// <summary>The groups, in the order of the configuration.</summary>
    public IEnumerable<MergedView> Groups => _groups.Values.Select(endpoint => endpoint.View);

    /// <summary>What a client wants to reach; <see langword="null"/> where there is no such thing for clients.</summary>
    public GatewayEndpoint? Find(GatewayTarget target) => target.Kind switch
    {
        GatewayTargetKind.Server => _parts.Servers.Find(target.Name)?.EndpointBy(_makeEndpoint),
        GatewayTargetKind.Group => _groups.GetValueOrDefault(target.Name),
        _ => _merged,
    };

    /// <summary>Opens a session for a client that says <c>initialize</c>.</summary>
    /// <param name="endpoint">What it connects to.</param>
    /// <param name="principal">Who it is, where clients must say so.</param>
    /// <param name="message">What it says.</param>
    /// <param name="envelope">Where the parts of that are.</param>
    /// <param name="channel">What carries everything for it; <see langword="null"/> where each request has a stream of its own.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <returns>The session and the whole answer; no session where the answer is an error.</returns>
    public async Task<(Session? Session, byte[] Answer)> OpenAsync(GatewayEndpoint endpoint, string? principal, ReadOnlyMemory<byte> message, JsonRpcEnvelope envelope, EventStream? channel, CancellationToken cancellationToken)
    {
        var id = envelope.Id.Of(message.Span).ToArray();
        if (ReadOpening(principal, envelope.Params.Of(message.Span)) is not { } opening)
            return (null, JsonRpcWriter.Error(id, JsonRpcErrorCode.InvalidParams, "initialize needs params with protocolVersion, capabilities and clientInfo."));
        if (NewSession(endpoint, opening, channel) is not { } session)
            return (null, JsonRpcWriter.Error(id, JsonRpcErrorCode.LimitReached, $"There are {Sessions.Limit} sessions already (gateway.limits.sessions); try again later."));

        try
        {
            var result = await endpoint.InitializeAsync(session, cancellationToken).ConfigureAwait(false);
            _logger.SessionBegan(Interlocked.Increment(ref _sessionsBegun), opening.ClientName, opening.Revision);
            session.IsOpen = channel is null; // where it has one, when the answer is on it
            return (session, JsonRpcWriter.Result(id, result));
        }
        catch (Exception failure)
        {
            Close(session, "it could not be opened", CancellationToken.None);
            if (failure is ServerLaunchException)
                return (null, JsonRpcWriter.Error(id, JsonRpcErrorCode.ServerUnavailable, failure.Message));
            throw;
        }
    }

    /// <summary>Answers or relays a request. The message must stay as it is until the task has completed.</summary>
    public static ValueTask<Reply> RequestAsync(Session session, ReadOnlyMemory<byte> message, in JsonRpcEnvelope envelope)
    {
        session.Touch();
        return envelope.Method == McpMethod.Initialize
            ? new(Reply.Error(message.Span, envelope, JsonRpcErrorCode.InvalidRequest, "This session is initialized already."))
            : session.Endpoint.RequestAsync(session, message, envelope);
    }

    /// <summary>
    /// Answers or relays a request of the modern era, in which everything comes with each request. The message must stay as it is
    /// until the task has completed.
    /// </summary>
    public ValueTask<Reply> RequestModernAsync(GatewayEndpoint endpoint, string? principal, ReadOnlyMemory<byte> message, JsonRpcEnvelope envelope) =>
        RequestModernAsync(_parts.ModernClients, endpoint, principal, message, envelope);

    /// <inheritdoc cref="RequestModernAsync(GatewayEndpoint, string?, ReadOnlyMemory{byte}, JsonRpcEnvelope)"/>
    public ValueTask<Reply> RequestModernAsync(ModernClients clients, GatewayEndpoint endpoint, string? principal, ReadOnlyMemory<byte> message, JsonRpcEnvelope envelope)
    {
        if (RequestMeta.TryRefuse(message.Span, envelope, out var refusal))
            return new(refusal);
        var client = clients.Find(principal, message.Span, envelope);
        return envelope.Method == McpMethod.SubscriptionsListen
            ? _subscriptions.OpenAsync(endpoint, client, message, envelope)
            : endpoint.RequestAsync(client, message, envelope);
    }

    /// <summary>Waits until all is known of the tool that a modern client calls. The message must stay as it is until the task has completed.</summary>
    /// <returns>The answer, where there is no such tool or the call is malformed; else it can be relayed.</returns>
    public Task<Reply?> LearnToolAsync(GatewayEndpoint endpoint, string? principal, ReadOnlyMemory<byte> message, JsonRpcEnvelope envelope, CancellationToken cancellationToken) =>
        RequestMeta.TryRefuse(message.Span, envelope, out var refusal)
            ? Task.FromResult<Reply?>(refusal)
            : endpoint.LearnToolAsync(_parts.ModernClients.Find(principal, message.Span, envelope), message, envelope, cancellationToken);

    /// <summary>The client of a request is gone: if it still waits for its server it is not sent, for nobody could hear the answer.</summary>
    /// <param name="message">The request, in the memory in which it was handed in.</param>
    public void Withdraw(ReadOnlyMemory<byte> message)
    {
        foreach (var server in Servers.All)
            server.Line.Withdraw(message);
    }

    /// <summary>Whether a call of a server is worth while though it does not run: it will be there before the call has waited for too long.</summary>
    public bool IsAwaited(string id) =>
        Servers.Find(id) is { } server && server.Line.IsWorthWaiting(server.Patience, _clock);

    /// <summary>Closes a subscription whose client is gone, or that has ended. A further call does nothing.</summary>
    public void Close(ModernSubscription subscription) => _subscriptions.Close(subscription);

    /// <summary>The clients of the modern era to whom one stream carries everything.</summary>
    public ModernClients ClientsOn(EventStream channel) => new(_clock, channel);

    /// <summary>Takes a client's notification or answer.</summary>
    public static void Accept(Session session, ReadOnlySpan<byte> message, in JsonRpcEnvelope envelope)
    {
        session.Touch();
        switch (envelope.Method)
        {
            case McpMethod.None:
                session.Answer(message, envelope);
                break;
            case McpMethod.NotificationsInitialized:
                break;
            case McpMethod.NotificationsProgress:
                session.ReportProgress(message, envelope);
                break;
            case McpMethod.NotificationsCancelled:
                if (session.Find(envelope.RequestId.Of(message)) is { } exchange)
                    exchange.Cancel(message, envelope);
                else
                    session.Withdraw(envelope.RequestId.Of(message));
                break;
            default:
                session.Endpoint.Notify(session, message, envelope);
                break;
        }
    }

    /// <summary>Ends a session and all that was done for it.</summary>
    public void Close(Session session, string reason) => Close(session, reason, CancellationToken.None);

    /// <summary>Ends all sessions, their own processes, and all subscriptions. A further call joins the first.</summary>
    /// <param name="force">When it fires, what is left of the processes' grace is skipped.</param>
    public Task StopAsync(CancellationToken force) => _stopping ??= StopOnceAsync(force);

    public async ValueTask DisposeAsync() => await StopAsync(CancellationToken.None).ConfigureAwait(false);

    private async Task StopOnceAsync(CancellationToken force)
    {
        await _upkeep.DisposeAsync().ConfigureAwait(false);
        foreach (var session in Sessions.All)
            Close(session, "Steward stops", force);
        _subscriptions.CompleteAll();
        foreach (var client in _parts.ModernClients.All)
            client.End("Steward stops.");
        _parts.ParkedCalls.End("Steward stops.");
        _bridgedTasks.End();
        await _leases.StopAsync(force).ConfigureAwait(false);
        await Task.WhenAll(_closing.Values).ConfigureAwait(false);
        await _board.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>Ends what runs of a server for single clients. Never faults.</summary>
    private async Task ReleaseAsync(ManagedServer managed)
    {
        if (_parts.Servers.Find(managed) is { } server) // else clients could not reach it
            await Task.WhenAll(Sessions.All.Select(session => session.ReleaseAsync(server)).Append(_leases.ReleaseAsync(server))).ConfigureAwait(false);
    }

    /// <summary>Never faults.</summary>
    private Task PrepareAsync(ManagedServer managed, IServerRun run) =>
        run is IUpstreamRun next && _parts.Servers.Find(managed) is { } server ? _board.PrepareAsync(server, next) : Task.CompletedTask;

    /// <summary>Replaces what runs of a server for single clients. Never faults.</summary>
    private async Task RenewAsync(ManagedServer managed)
    {
        if (_parts.Servers.Find(managed) is { } server)
            await Task.WhenAll(Sessions.All.Select(session => session.RenewAsync(server)).Append(_leases.ReleaseAsync(server))).ConfigureAwait(false);
    }

    /// <summary>Ends what clients have to do with a server that is removed: not before its calls have drained.</summary>
    private void Forget(ManagedServer managed)
    {
        if (_parts.Servers.Find(managed) is not { } server)
            return;
        server.Line.Review();
        foreach (var session in Sessions.All.Where(session => session.Endpoint is ServerEndpoint endpoint && endpoint.Server == server))
            Close(session, $"server '{server.Id}' is removed", CancellationToken.None);
        foreach (var subscription in _parts.Listeners.Subscriptions.Where(subscription => subscription.Endpoint is ServerEndpoint endpoint && endpoint.Server == server))
            subscription.Complete();
    }

    /// <summary>A session, for which another may give way; <see langword="null"/> where none does.</summary>
    private Session? NewSession(GatewayEndpoint endpoint, SessionOpening opening, EventStream? channel)
    {
        Session? session;
        do
            session = Sessions.TryCreate(endpoint, opening, channel);
        while (session is null && MakeRoom()); // the place that was made may be somebody else's by then
        return session;
    }

    /// <summary>Has a session whose client has most likely gone give way to one that has just come.</summary>
    private bool MakeRoom()
    {
        if (Sessions.Quietest is not { } quiet)
            return false;
        Close(quiet, "nothing was heard of its client for a while, and others needed the place", CancellationToken.None);
        return true;
    }

    private void Close(Session session, string reason, CancellationToken force)
    {
        if (!Sessions.Remove(session))
            return;
        _logger.SessionEnded(session.Opening.ClientName, reason);
        var ending = session.EndAsync(force);
        _subscriptions.Forget(session);
        if (ending.IsCompleted)
            return;
        _closing[session] = ending;
        _ = ending.ContinueWith(_ => _closing.TryRemove(session, out var _), TaskScheduler.Default); // cannot fault
    }

    private static SessionOpening? ReadOpening(string? principal, ReadOnlySpan<byte> parameters)
    {
        if (parameters.IsEmpty)
            return null;
        try
        {
            var reader = new Utf8JsonReader(parameters, JsonRpcEnvelope.ReaderOptions);
            using var document = JsonDocument.ParseValue(ref reader);
            return ReadOpening(principal, document.RootElement, parameters);
        }
        catch (InvalidOperationException)
        {
            return null; // half a surrogate pair: JSON, yet no text
        }
    }

    private static SessionOpening? ReadOpening(string? principal, JsonElement root, ReadOnlySpan<byte> parameters)
    {
        if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("protocolVersion"u8, out var version) || version.ValueKind != JsonValueKind.String)
            return null;

        var wanted = version.GetString()!;
        root.TryGetProperty("capabilities"u8, out var capabilities);
        var name = root.TryGetProperty("clientInfo"u8, out var info) && info.ValueKind == JsonValueKind.Object && info.TryGetProperty("name"u8, out var text)
            ? text.ToString()
            : "an unnamed client";
        return new SessionOpening(
            ProtocolRevisions.IsLegacy(wanted) ? wanted : ProtocolRevisions.LatestLegacy,
            principal,
            ClientCapabilities.Read(capabilities),
            parameters.ToArray(),
            name);
    }

    private void Tend()
    {
        foreach (var session in Sessions.All)
            session.Tend(KeepAlive);
        foreach (var client in _parts.ModernClients.All)
            client.Tend(KeepAlive);
        foreach (var subscription in _parts.Listeners.Subscriptions)
            subscription.Tend();
        _parts.ParkedCalls.Tend();
        _leases.Tend();
        _bridgedTasks.Tend();
        _logLevels.Tend();
        foreach (var session in Sessions.Idle)
            Close(session, "nothing was heard of its client for long");
    }
}
