using Steward.Upstreams;
using Steward.Wire;

namespace Steward.Gateway.Waiting;

/// <summary>Has a request whose run is gone wait in the server's line for the next one, as calls do that come meanwhile. The answer is the exchange's.</summary>
/// <param name="relay">Says how the server is.</param>
/// <param name="server">The server.</param>
internal sealed class NextRun(Relay relay, GatewayServer server)
{
    /// <summary>Has the request wait; where the server will not be there in time, it is refused.</summary>
    /// <param name="exchange">The request.</param>
    /// <param name="reason">Why its run is gone.</param>
    /// <param name="wish">What the next run was for, as the beginning of a sentence.</param>
    /// <param name="tryGoOn">Goes on at the next run; <see langword="false"/> where that cannot take the request.</param>
    /// <returns>Whether the request is seen to, also where it was refused: not where its client is gone.</returns>
    public bool TryAwait(Exchange exchange, string reason, string wish, Func<UpstreamConnection, bool> tryGoOn)
    {
        server.Line.NoteGone(exchange.Connection);
        var call = new WaitingCall(exchange.Owner, default, default, server.Patience,
            () => GoOn(exchange, reason, tryGoOn),
            addition => Fail(exchange, JsonRpcErrorCode.ServerUnavailable, $"{reason} {wish}, but: {relay.Unavailable(server)}{addition}"));
        if (!exchange.Owner.TryAdd(call, int.MaxValue))
            return false;
        _ = server.Line.JoinAsync(call); // whatever becomes of it is said to the exchange
        return true;
    }

    private ValueTask<Reply> GoOn(Exchange exchange, string reason, Func<UpstreamConnection, bool> tryGoOn)
    {
        try
        {
            return new(server.RunFor(exchange.Method)?.Connection is { } next && tryGoOn(next) ? Reply.None : Fail(exchange, JsonRpcErrorCode.ServerUnavailable, reason));
        }
        catch (Exception failure) // nobody else would see it, and the client would wait for ever
        {
            relay.NoteStranded(server, exchange.Method, failure);
            exchange.Connection.Forget(exchange);
            return new(Fail(exchange, JsonRpcErrorCode.InternalError, $"{reason} The request could not go on at the next run; the log of Steward says why."));
        }
    }

    private static Reply Fail(Exchange exchange, int code, string message)
    {
        exchange.OnFailed(code, message);
        return Reply.None;
    }
}
