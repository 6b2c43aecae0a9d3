using Microsoft.Extensions.Logging;
using Steward.Configuration;
using Steward.Gateway.Leases;
using Steward.Gateway.Parking;
using Steward.Gateway.Rounds;
using Steward.Gateway.Tasks;
using Steward.Gateway.Waiting;
using Steward.Supervision;
using Steward.Telemetry;
using Steward.Upstreams;
using Steward.Wire;

namespace Steward.Gateway;

/// <summary>Sends a client's request on to the server that it is for.</summary>
internal sealed class Relay(GatewayLimits limits, UpstreamHost host, ParkedCalls parked, LeasePools leases, LogLevels logLevels)
{
    public ILogger Logger { get; } = host.Loggers.CreateLogger("Steward.Gateway");

    /// <summary>Whether clients know tasks by ids that name the server.</summary>
    public bool ExposesTaskIds { get; init; }

    /// <summary>The tasks of legacy servers that modern clients own.</summary>
    public required BridgedTasks Bridged { get; init; }

    /// <summary>Relays a request.</summary>
    /// <param name="client">Whose request it is.</param>
    /// <param name="server">Which server it is for.</param>
    /// <param name="message">The request; it must stay as it is until the task has completed.</param>
    /// <param name="envelope">Where its parts are.</param>
    /// <param name="name">What replaces its name, URI or task id, as JSON; <see langword="null"/> leaves it.</param>
    public ValueTask<Reply> SendAsync(GatewayClient client, GatewayServer server, ReadOnlyMemory<byte> message, JsonRpcEnvelope envelope, byte[]? name = null)
    {
        return RefuseIfTooMany(client, message.Span, envelope) is { } refusal ? new(refusal) : RouteAsync(client, server, message, envelope, name);
    }

    /// <summary>Finds where a request goes now. It comes here again where that has given its place to another in the very moment.</summary>
    private ValueTask<Reply> RouteAsync(GatewayClient client, GatewayServer server, ReadOnlyMemory<byte> message, JsonRpcEnvelope envelope, byte[]? name)
    {
        if (client is ModernClient modern && envelope.RequestState.Exists && IsParked(server, message.Span, envelope))
            return new(parked.Resume(modern, server, message.Span, envelope));
        if (server.IsClosed)
            return new(RefuseUnsent(message.Span, envelope, Unavailable(server)));
        client.MarkUsed(server);
        if (server.NeedsOwnProcess(client) && client is Session session)
        {
            if (server.Status.StartsOnCall)
                server.Managed.Call(); // the process that all share is there while somebody has one of his own
            return SendOwnAsync(session, server, message, envelope, name);
        }

        return server.Run is null || !server.Line.IsEmpty
            ? WaitAsync(client, server, message, envelope, name)
            : SendSharedAsync(client, server, message, envelope, name);
    }

    /// <summary>Has a request wait until its server is there, where it may be in time; else it is refused at once.</summary>
    private ValueTask<Reply> WaitAsync(GatewayClient client, GatewayServer server, ReadOnlyMemory<byte> message, JsonRpcEnvelope envelope, byte[]? name, bool isFirst = false)
    {
        var call = new WaitingCall(client, message, envelope.Id, server.Patience,
            () => SendSharedAsync(client, server, message, envelope, name),
            addition => RefuseUnsent(message.Span, envelope, Unavailable(server) + addition));
        return client.TryAdd(call, limits.CallsInFlight) ? new(server.Line.JoinAsync(call, isFirst)) : new(RefuseInFlight(client, message.Span, envelope));
    }

    private ValueTask<Reply> SendSharedAsync(GatewayClient client, GatewayServer server, ReadOnlyMemory<byte> message, JsonRpcEnvelope envelope, byte[]? name)
    {
        if (server.Run is { } shared && client is ModernClient asker)
        {
            if (server.NeedsLease(asker, envelope.Method) && !MayShareAsTask(asker, server, shared.Connection, message.Span, envelope, name))
                return SendAloneAsync(asker, server, shared.Connection, message, envelope, name);
            if (server.HasAskedDuring(envelope.Method) && shared.Connection.AnyCall(static call => call.MustBeAlone))
                return SendLeasedAsync(asker, server, message, envelope, name);
        }

        if (server.RunFor(envelope.Method) is { } run)
            return SendAsync(client, server, run.Connection, message, envelope, name, isShared: true);
        return WaitAsync(client, server, message, envelope, name); // it went in this very moment
    }

    /// <summary>How a session reaches a server.</summary>
    /// <exception cref="ServerLaunchException">Not at all now.</exception>
    public async ValueTask<Upstream> ReachAsync(Session session, GatewayServer server)
    {
        if (server.IsClosed)
            throw new ServerLaunchException(Unavailable(server));
        session.MarkUsed(server);
        if (server.NeedsOwnProcess(session))
            return await session.OwnProcessOf(server, host, Bridged.Keepers).GetAsync().ConfigureAwait(false);
        if (server.Run is null)
            await WaitAsync(session, server).ConfigureAwait(false);
        return server.Run?.Upstream ?? throw new ServerLaunchException(Unavailable(server));
    }

    /// <summary>Whether a server that does not run will be there before a call has waited for too long.</summary>
    public bool IsAwaited(GatewayServer server) => server.Line.IsWorthWaiting(server.Patience, host.Time);

    /// <summary>The same, or whether another run of it is there already.</summary>
    public bool IsThereInTime(GatewayServer server) => server.Line.Judge(server.Patience, host.Time) != ServerProspect.None;

    /// <summary>Completes when a server is there; where it is not in time, it says nothing: whoever waited looks for himself.</summary>
    /// <param name="client">Who waits.</param>
    /// <param name="server">The server.</param>
    /// <param name="cancellationToken">Ends the wait; that is no failure.</param>
    public static async ValueTask WaitAsync(GatewayClient client, GatewayServer server, CancellationToken cancellationToken = default)
    {
        var wait = new WaitingCall(client, default, default, server.Patience, static () => new(Reply.None), static _ => Reply.None);
        if (!client.TryAdd(wait, int.MaxValue))
            return;
        await using var ending = cancellationToken.UnsafeRegister(static wait => ((WaitingCall)wait!).Withdraw(), wait).ConfigureAwait(false);
        await server.Line.JoinAsync(wait).ConfigureAwait(false);
    }

    /// <summary>
    /// Does what a session wants by <c>resources/subscribe</c> or its counterpart. A server of the modern era knows neither: there the
    /// connection listens to what is wanted. The answer tells whether the server agreed.
    /// </summary>
    public async ValueTask<Reply> SubscribeAsync(Session session, GatewayServer server, string uri, ReadOnlyMemory<byte> message, JsonRpcEnvelope envelope, byte[]? name)
    {
        try
        {
            var upstream = await ReachAsync(session, server).ConfigureAwait(false);
            var isOwn = server.NeedsOwnProcess(session);
            if (upstream.Connection.Server.Era == ProtocolEra.Legacy && isOwn)
            {
                var reply = await SendAsync(session, server, message, envelope, name).ConfigureAwait(false);
                NoteOwn(session, server, uri, envelope, reply.ErrorCode is null);
                return reply;
            }

            if (!session.Rate.TryTake(limits.CallsPerMinute))
                return RefuseRate(message.Span, envelope);
            await TellAsync(session, server, upstream, uri, envelope.Method == McpMethod.ResourcesSubscribe, isOwn).ConfigureAwait(false);
            NoteOwn(session, server, uri, envelope, isOwn);
            return Reply.Result(message.Span, envelope, "{}"u8);
        }
        catch (UpstreamErrorException refused)
        {
            return Reply.Error(message.Span, envelope, refused.Code, refused.Message, refused.IsAnswer ? null : FailureReason.OfCode(refused.Code));
        }
        catch (ServerLaunchException failure)
        {
            return Reply.Error(message.Span, envelope, JsonRpcErrorCode.ServerUnavailable, failure.Message);
        }
        catch (LinkClosedException failure)
        {
            return Reply.Error(message.Span, envelope, JsonRpcErrorCode.ServerUnavailable, failure.Message, FailureReason.Write(FailureReason.ConnectionLost));
        }
    }

    /// <summary>Tells a server what a session wants to hear of, or no more. Where the run that all share has just gone that waits for the next one, as calls do.</summary>
    private async Task TellAsync(Session session, GatewayServer server, Upstream upstream, string uri, bool isWanted, bool isOwn)
    {
        try
        {
            await Tell(upstream).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is UpstreamErrorException or LinkClosedException && !isOwn && upstream.Connection.IsGone)
        {
            server.Line.NoteGone(upstream.Connection);
            if (IsThereInTime(server))
                await WaitAsync(session, server).ConfigureAwait(false);
            if (server.Run?.Upstream is not { } next || next == upstream)
                throw;
            await Tell(next).ConfigureAwait(false);
        }

        Task Tell(Upstream to) => isWanted ? to.SubscribeAsync(uri) : to.UnsubscribeAsync(uri);
    }

    /// <summary>A subscription on a process of the session's own is known there alone.</summary>
    private void NoteOwn(Session session, GatewayServer server, string uri, in JsonRpcEnvelope envelope, bool isGranted)
    {
        if (isGranted && !server.IsClosed && !session.HasEnded)
            session.OwnProcessOf(server, host, Bridged.Keepers).NoteSubscription(uri, envelope.Method == McpMethod.ResourcesSubscribe);
    }

    /// <summary>Counts a call of a client, and refuses it where there are too many.</summary>
    public Reply? RefuseIfTooMany(GatewayClient client, ReadOnlySpan<byte> message, in JsonRpcEnvelope envelope) =>
        client.Rate.TryTake(limits.CallsPerMinute) ? null : RefuseRate(message, envelope);

    /// <summary>Refuses a request whose server is not there.</summary>
    public static Reply RefuseUnsent(ReadOnlySpan<byte> message, in JsonRpcEnvelope envelope, string why) =>
        Reply.Error(message, envelope, JsonRpcErrorCode.ServerUnavailable, why, FailureReason.Write(FailureReason.NotSent));

    /// <inheritdoc cref="Unavailable(ServerStatus, TimeProvider)"/>
    public string Unavailable(GatewayServer server) =>
        server.Managed.IsLeaving ? $"There is no server '{server.Id}' any more: it is removed." : Unavailable(server.Status, host.Time);

    private Reply RefuseRate(ReadOnlySpan<byte> message, in JsonRpcEnvelope envelope) =>
        Reply.Error(message, envelope, JsonRpcErrorCode.LimitReached, $"This client has made {limits.CallsPerMinute} calls within the minute (gateway.limits.callsPerMinute).");

    /// <summary>Why a server cannot be called, and what will happen, in words.</summary>
    public static string Unavailable(ServerStatus status, TimeProvider clock)
    {
        var next = status.State switch
        {
            ServerState.Restarting when status.NextRetryAt is { } at => $"it is started again in {Math.Max(0, (at - clock.GetUtcNow()).TotalSeconds):0.#} s",
            ServerState.Starting => "it is starting: try again in a moment",
            _ when status.StartsOnCall => "the next call starts it",
            ServerState.Disabled => "nobody may start it until it is enabled",
            ServerState.Running or ServerState.Stopping or ServerState.Restarting => "it is being restarted or stopped",
            _ => $"'steward start {status.Id}' starts it",
        };
        return $"Server '{status.Id}' is {status.State}{(status.LastError is { } error ? $" ({error})" : "")}; {next}.";
    }

    /// <summary>
    /// Whether a state is one of ours. A server of the modern era has states of its own: only what we sealed can be told apart there, of a
    /// call to a version of it that was of the legacy era, and while it is not there.
    /// </summary>
    private bool IsParked(GatewayServer server, ReadOnlySpan<byte> message, in JsonRpcEnvelope envelope) =>
        server.Run is { Connection.Server.Era: ProtocolEra.Legacy } || parked.HasSealed(envelope.RequestState.Of(message));

    /// <summary>A server of the legacy era is told on its connection what a modern client says with each request: what it wants to hear.</summary>
    private ValueTask<Reply> SendAsync(GatewayClient client, GatewayServer server, UpstreamConnection connection, ReadOnlyMemory<byte> message, in JsonRpcEnvelope envelope, byte[]? name, bool isShared)
    {
        if (client.Era == ProtocolEra.Modern && connection.Server.Era == ProtocolEra.Legacy && LogSeverities.Parse(envelope.LogLevel.Of(message.Span)) is { } level)
        {
            var set = logLevels.WantAsync(server, connection, level);
            if (!set.IsCompletedSuccessfully)
                return SendAfterAsync(set, client, server, connection, message, envelope, name, isShared);
        }

        return Deliver(client, server, connection, message, envelope, name, isShared);
    }

    private async ValueTask<Reply> SendAfterAsync(Task set, GatewayClient client, GatewayServer server, UpstreamConnection connection, ReadOnlyMemory<byte> message, JsonRpcEnvelope envelope, byte[]? name, bool isShared)
    {
        await set.ConfigureAwait(false);
        return await Deliver(client, server, connection, message, envelope, name, isShared).ConfigureAwait(false);
    }

    /// <summary>Sends a request to a session's own process; once more, to another one, where that has ended in the very moment.</summary>
    private async ValueTask<Reply> SendOwnAsync(Session session, GatewayServer server, ReadOnlyMemory<byte> message, JsonRpcEnvelope envelope, byte[]? name, Carrier carrier = Carrier.Own)
    {
        UpstreamConnection connection;
        try
        {
            connection = (await session.OwnProcessOf(server, host, Bridged.Keepers).GetAsync().ConfigureAwait(false)).Connection;
        }
        catch (ServerLaunchException failure)
        {
            return Reply.Error(message.Span, envelope, JsonRpcErrorCode.ServerUnavailable, failure.Message);
        }

        if (TrySend(session, server, connection, message, envelope, name, carrier) is { } reply)
            return reply;
        return connection.IsRetired
            ? await RouteAsync(session, server, message, envelope, name).ConfigureAwait(false)
            : await SendOwnAsync(session, server, message, envelope, name, Carrier.OwnOnly).ConfigureAwait(false);
    }

    /// <summary>Has a call made where it is alone: on the process that all share while nobody else is there, else on one of its own.</summary>
    private async ValueTask<Reply> SendAloneAsync(ModernClient client, GatewayServer server, UpstreamConnection shared, ReadOnlyMemory<byte> message, JsonRpcEnvelope envelope, byte[]? name)
    {
        if (leases.MaySharedBeTaken(server))
        {
            if (LogSeverities.Parse(envelope.LogLevel.Of(message.Span)) is { } level)
                await logLevels.WantAsync(server, shared, level).ConfigureAwait(false);
            if (TrySend(client, server, shared, message, envelope, name, Carrier.SharedAlone) is { } reply)
                return reply;
            if (shared.IsRetired)
                return await RouteAsync(client, server, message, envelope, name).ConfigureAwait(false);
        }

        // Calls that nobody comes back to may hold all processes for long. Where sharing is allowed at all, a call that may not even be
        // asked anything is better made among others than not.
        return server.Config.Isolation != ServerIsolation.Session && leases.Of(server).IsExhausted
            ? await SendAsync(client, server, shared, message, envelope, name, isShared: true).ConfigureAwait(false)
            : await SendLeasedAsync(client, server, message, envelope, name).ConfigureAwait(false);
    }

    private async ValueTask<Reply> SendLeasedAsync(ModernClient client, GatewayServer server, ReadOnlyMemory<byte> message, JsonRpcEnvelope envelope, byte[]? name)
    {
        var pool = leases.Of(server);
        LeasedProcess process;
        try
        {
            process = await pool.TakeAsync(client).ConfigureAwait(false);
        }
        catch (ServerLaunchException failure)
        {
            return server.IsClosed || leases.Of(server) == pool
                ? Reply.Error(message.Span, envelope, JsonRpcErrorCode.ServerUnavailable, failure.Message)
                : await RouteAsync(client, server, message, envelope, name).ConfigureAwait(false); // another pool has taken its place
        }

        try
        {
            return await SendAsync(client, server, process.Connection, message, envelope, name, isShared: false).ConfigureAwait(false);
        }
        finally
        {
            pool.OnCalled(process);
        }
    }

    /// <summary>
    /// Sends a request. Where the connection has given its place to another, it goes there; where the run that all share takes none any more, that has done nothing
    /// of it, and it waits for the next.
    /// </summary>
    private ValueTask<Reply> Deliver(GatewayClient client, GatewayServer server, UpstreamConnection connection, ReadOnlyMemory<byte> message, in JsonRpcEnvelope envelope, byte[]? name, bool isShared)
    {
        if (TrySend(client, server, connection, message, envelope, name, isShared ? Carrier.Shared : Carrier.OwnOnly) is { } reply)
            return new(reply);
        if (!isShared || connection.IsRetired)
            return RouteAsync(client, server, message, envelope, name);
        server.Line.NoteGone(connection);
        return WaitAsync(client, server, message, envelope, name, isFirst: true);
    }

    /// <summary>Sends a request; <see langword="null"/> where it must be alone and would not be, where the connection has given its place to another, or where it is to come back if it cannot be sent.</summary>
    private Reply? TrySend(GatewayClient client, GatewayServer server, UpstreamConnection connection, ReadOnlyMemory<byte> message, JsonRpcEnvelope envelope, byte[]? name, Carrier carrier)
    {
        if (WithoutForeign(client, connection, message, envelope) is { } cleaned)
            (message, envelope) = (cleaned, JsonRpcEnvelope.Parse(cleaned));
        var taskCall = envelope.Method == McpMethod.ToolsCall && connection.Server.HasToolTasks && client is ModernClient modern ? TaskCallOf(modern, server, connection, message.Span, envelope, name) : null;
        if (taskCall is { IsForClient: true } && !Bridged.TryMakeRoom((ModernClient)client))
            return Reply.Error(message.Span, envelope, JsonRpcErrorCode.LimitReached, $"This client has {BridgedTasks.MostOfOne} tasks at work already, or there are {BridgedTasks.Most} of all clients; try again later.");

        var exchange = NewExchange(client, server, connection, message.Span, envelope, name);
        (exchange.MustBeAlone, exchange.MayBeElsewhere) = (carrier == Carrier.SharedAlone, true);
        exchange.ComesBackUnsent = carrier != Carrier.OwnOnly && server.Patience > TimeSpan.Zero;
        exchange.Task = TaskRelation.Of(client, server, connection, ExposesTaskIds, name, envelope);
        if (taskCall is not null)
            ((ParkableExchange)exchange).TaskCall = taskCall;
        if (!client.TryAdd(exchange, limits.CallsInFlight))
        {
            exchange.Refuse();
            return RefuseInFlight(client, message.Span, envelope);
        }

        if ((exchange.Span = OperationTrace.Begin(connection, message.Span, envelope, name)) is { } span)
        {
            message = OperationTrace.Propagate(span, message.Span, envelope);
            envelope = JsonRpcEnvelope.Parse(message.Span);
        }

        var isShared = carrier is Carrier.Shared or Carrier.SharedAlone;
        if (isShared && exchange is RoundsExchange asking)
            asking.NextRun = new NextRun(this, server);
        if (isShared && taskCall is null)
            exchange.Replay = Replay.Of(this, server, exchange, message, envelope, name);
        var meta = exchange is RoundsExchange rounds ? rounds.Meta : default;
        var isMade = connection.Call(exchange, message.Span, envelope, name, new RequestAdditions(meta, taskCall is null && exchange is not TaskExchange ? default : TaskCall.Parameter));
        exchange.ComesBackUnsent = false; // what it sends later is its own affair
        if (isMade && !exchange.HasComeBack)
            return Reply.Of(exchange);
        return exchange.Refuse() ? null : Reply.None; // its client has given it up while it came back
    }

    /// <summary>A request goes to its server a second time.</summary>
    public void NoteReplayed(GatewayServer server, McpMethod method) => Logger.Replayed(server.Id, McpMethods.NameOf(method));

    /// <summary>A request could not go on at its server's next run.</summary>
    public void NoteStranded(GatewayServer server, McpMethod method, Exception failure) => Logger.Stranded(server.Id, McpMethods.NameOf(method), failure);

    /// <summary>A request without members that the client's era does not have, and the server's would act on; <see langword="null"/> where there are none.</summary>
    private static byte[]? WithoutForeign(GatewayClient client, UpstreamConnection connection, ReadOnlyMemory<byte> message, in JsonRpcEnvelope envelope) => client.Era switch
    {
        ProtocolEra.Legacy => connection.Server.Era == ProtocolEra.Modern && ModernMembers.AreIn(envelope) ? ModernMembers.Remove(message.Span) : null,
        _ => envelope.Task.Exists ? ModernMembers.RemoveTask(message.Span) : null, // a legacy server would take it for a wish
    };

    private Reply RefuseInFlight(GatewayClient client, ReadOnlySpan<byte> message, in JsonRpcEnvelope envelope) =>
        Reply.Error(message, envelope, JsonRpcErrorCode.LimitReached, client.HasEnded
            ? "This session has ended."
            : $"This client has {limits.CallsInFlight} calls in flight already (gateway.limits.callsInFlight).");

    private TaskCall? TaskCallOf(ModernClient client, GatewayServer server, UpstreamConnection connection, ReadOnlySpan<byte> message, in JsonRpcEnvelope envelope, byte[]? name) =>
        TaskCall.IsForTask(client, server, connection, name ?? envelope.Name.Of(message)) is { } isForClient ? new TaskCall(Bridged, server, isForClient, ExposesTaskIds) : null;

    /// <summary>What a task asks says to which task it belongs: with others on the server nobody can be mistaken for its client.</summary>
    private static bool MayShareAsTask(ModernClient client, GatewayServer server, UpstreamConnection connection, ReadOnlySpan<byte> message, in JsonRpcEnvelope envelope, byte[]? name) =>
        server.Config.Isolation != ServerIsolation.Session && envelope.Method == McpMethod.ToolsCall
        && TaskCall.IsForTask(client, server, connection, name ?? envelope.Name.Of(message)) is not null;

    private Exchange NewExchange(GatewayClient client, GatewayServer server, UpstreamConnection connection, ReadOnlySpan<byte> message, in JsonRpcEnvelope envelope, byte[]? name)
    {
        var config = server.Config;
        return (client, connection.Server.Era) switch
        {
            (Session session, ProtocolEra.Legacy) when envelope.Method == McpMethod.ToolsCall && !envelope.Task.Exists && TaskCall.IsRequired(server, connection, name ?? envelope.Name.Of(message)) =>
                new TaskExchange(session, connection, config, message, envelope, Bridged.Keepers) { AnswerWithin = limits.ParkedLife },
            (Session session, ProtocolEra.Legacy) => new LegacyExchange(session, connection, config.RequestTimeout, message, envelope) { AnswerWithin = limits.ParkedLife },
            (Session session, _) => new RoundsExchange(session, connection, config, message, envelope, name) { AnswerWithin = limits.ParkedLife },
            (ModernClient modern, ProtocolEra.Legacy) => new ParkableExchange(modern, connection, config.RequestTimeout, message, envelope, parked),
            (ModernClient modern, _) => new ModernExchange(modern, connection, config.RequestTimeout, message, envelope),
            _ => throw new ArgumentException($"{client.GetType()} is no client of an era known here.", nameof(client)),
        };
    }
}
