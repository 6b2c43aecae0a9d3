using Microsoft.Extensions.Logging;
using Steward.Configuration;
using Steward.Telemetry;
using Steward.Upstreams;
using Steward.Wire;

namespace Steward.Gateway.Parking;

/// <summary>
/// The calls whose legacy servers have asked something, and the way back to them. Bounded in number and in time; a call to which
/// nobody comes back is cancelled at its server.
/// </summary>
internal sealed class ParkedCalls(GatewayLimits limits, ServerDirectory servers, TimeProvider clock, ILogger logger)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<long, ParkedCall> _calls = [];
    private readonly StateSealer _sealer = new();
    private long _lastHandle;

    public TimeProvider Clock => clock;

    /// <summary>A place for a call whose server asks something for the first time.</summary>
    /// <param name="origin">The request that the server works on.</param>
    /// <param name="digest">Digest of that request.</param>
    /// <param name="asks">What the server asks.</param>
    /// <param name="obstacle">Why there is none.</param>
    public ParkedCall? TryOpen(ParkableExchange origin, byte[] digest, McpMethod asks, out string? obstacle)
    {
        obstacle = null;
        ParkedCall call;
        lock (_gate)
        {
            if (_calls.Count >= limits.ParkedCalls)
                obstacle = $"{limits.ParkedCalls} calls wait for their clients already (gateway.limits.parkedCalls).";
            else if (_calls.Values.Count(other => IsSame(other.Origin.Asker, origin.Asker)) >= limits.ParkedCallsPerClient)
                obstacle = $"{limits.ParkedCallsPerClient} calls wait for this client already (gateway.limits.parkedCallsPerClient).";
            if (obstacle is not null)
                return null;
            call = new ParkedCall(this, ++_lastHandle, origin, digest);
            _calls.Add(call.Handle, call);
        }

        NoteNeed(origin, asks);
        return call;
    }

    public void Remove(ParkedCall call)
    {
        lock (_gate)
            _calls.Remove(call.Handle);
    }

    /// <summary>Whether a state is one of ours, whatever has become of its call.</summary>
    public bool HasSealed(ReadOnlySpan<byte> requestState) => _sealer.Open(JsonText.Read(requestState)) is not null;

    /// <summary>The text by which a client shows that it goes on with a round of a call.</summary>
    public string Seal(ParkedCall call, int round) => _sealer.Seal(new SealedState(
        call.Handle, round, clock.GetUtcNow() + limits.ParkedLife, RequestDigest.OfBearer(call.Origin.Owner.Principal, call.Origin.Connection.ServerId), call.Digest));

    /// <summary>Goes on with the call that a request's <c>requestState</c> stands for.</summary>
    public Reply Resume(ModernClient client, GatewayServer server, ReadOnlySpan<byte> message, in JsonRpcEnvelope envelope)
    {
        if (_sealer.Open(JsonText.Read(envelope.RequestState.Of(message))) is not { } state)
            return Refuse(message, envelope, "it is none that was given here since Steward was started");
        // The state of somebody else, or of something else, does nothing: the call goes on waiting for its own client.
        if (!state.Bearer.AsSpan().SequenceEqual(RequestDigest.OfBearer(client.Principal, server.Id)))
            return Refuse(message, envelope, "it was given to another client, or for another server");
        if (!state.Request.AsSpan().SequenceEqual(RequestDigest.OfRequest(envelope.Method, envelope.Params.Of(message))))
            return Refuse(message, envelope, "it was given for a request with another method or other parameters");

        var call = Find(state.Handle);
        // The clock on the wall may have been set meanwhile: it counts only where the call itself cannot say how long it has waited.
        if (call is null ? clock.GetUtcNow() >= state.ExpiresAt : Expire(call))
            return Refuse(message, envelope, $"it has expired: the call was given up after {limits.ParkedLife.TotalSeconds:0.###} s (gateway.limits.parkedMs)");

        if (call?.QuestionsOf(state.Round) is not { } questions)
            return Refuse(message, envelope, "it has been used already, or its call has ended");
        if (InputResponses.Read(envelope.InputResponses.Of(message), questions, out var problem) is not { } answers)
            return Reply.Error(message, envelope, JsonRpcErrorCode.InvalidParams, problem); // it may be mended: the state stays good

        var exchange = new ResumedExchange(call, client, message, envelope);
        if (!client.TryAdd(exchange, limits.CallsInFlight))
        {
            exchange.Refuse();
            return Reply.Error(message, envelope, JsonRpcErrorCode.LimitReached, $"This client has {limits.CallsInFlight} calls in flight already (gateway.limits.callsInFlight).");
        }

        if (call.TryResume(state.Round, exchange, answers))
            return Reply.Of(exchange);
        exchange.Refuse();
        client.Remove(exchange);
        return Refuse(message, envelope, "it has been used already, or its call has ended");
    }

    /// <summary>Tells the call in which a server asked something that the server no longer wants to know.</summary>
    /// <returns>Whether there is such a call.</returns>
    public bool Withdraw(UpstreamConnection connection, ReadOnlySpan<byte> message, in JsonRpcEnvelope envelope)
    {
        foreach (var call in All())
        {
            if (call.Withdraw(connection, envelope.RequestId.Of(message)))
                return true;
        }

        return false;
    }

    /// <summary>Gives up the calls to which nobody has come back in time.</summary>
    public void Tend()
    {
        foreach (var call in All())
            Expire(call);
    }

    /// <summary>Gives up all calls.</summary>
    public void End(string reason)
    {
        foreach (var call in All())
            call.End(JsonRpcErrorCode.ServerUnavailable, reason);
    }

    /// <summary>Notes that a call waits for its client from now on.</summary>
    public void Parked(ParkedCall call)
    {
        ParkingMetrics.Parked(call.Origin.Connection.ServerId);
        logger.CallParked(call.Origin.Connection.ServerId, call.Handle, call.Origin.Owner.Name);
    }

    /// <summary>Notes that a call no longer waits.</summary>
    public void Unparked(ParkedCall call)
    {
        ParkingMetrics.Unparked(call.Origin.Connection.ServerId);
        logger.CallUnparked(call.Origin.Connection.ServerId, call.Handle);
    }

    private bool Expire(ParkedCall call)
    {
        if (!call.TryExpire(limits.ParkedLife))
            return false;
        ParkingMetrics.Expired(call.Origin.Connection.ServerId);
        logger.ParkedCallExpired(call.Origin.Connection.ServerId, call.Handle, limits.ParkedLife.TotalSeconds);
        return true;
    }

    /// <summary>A call that waits for people keeps everybody else from being asked: clients who can be asked are better off alone.</summary>
    private void NoteNeed(ParkableExchange origin, McpMethod asks)
    {
        var server = servers.Find(origin.Connection.ServerId);
        var reason = $"it asked a client of protocol revision {ProtocolRevisions.Modern} for something during a call";
        server?.TryShowNeed(new IsolationNeed(asks, reason, client => client.Allow(asks, isUrlElicitation: false) || client.Allow(asks, isUrlElicitation: true), clock.GetTimestamp())
        {
            Era = ProtocolEra.Modern,
        });
    }

    private ParkedCall? Find(long handle)
    {
        lock (_gate)
            return _calls.GetValueOrDefault(handle);
    }

    private ParkedCall[] All()
    {
        lock (_gate)
            return _calls.Count == 0 ? [] : [.. _calls.Values];
    }

    /// <summary>A principal is one client, whatever its programs call themselves.</summary>
    private static bool IsSame(ModernClient one, ModernClient other) => one == other || (one.Principal is { } principal && principal == other.Principal);

    private static Reply Refuse(ReadOnlySpan<byte> message, in JsonRpcEnvelope envelope, string reason) =>
        Reply.Error(message, envelope, JsonRpcErrorCode.InvalidParams, $"params.requestState cannot be used: {reason}. Make the request anew, without requestState and inputResponses.");
}
