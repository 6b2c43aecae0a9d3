using Steward.Gateway.Waiting;
using Steward.Wire;

namespace Steward.Gateway.Rounds;

/// <summary>
/// Where a request goes on whose client has answered what the server asked, when the run that asked is gone: at the next one. A server of the
/// modern era keeps what it needs for that in <c>requestState</c>, so that any instance of it can go on; where one cannot, its answer says so.
/// See <see href="https://modelcontextprotocol.io/specification/2026-07-28/basic/patterns/mrtr"/>.
/// </summary>
/// <param name="relay">Says how the server is.</param>
/// <param name="server">The server.</param>
internal sealed class NextRun(Relay relay, GatewayServer server)
{
    /// <summary>Has a request wait in the server's line, as calls do that come while the server is started again or rests. Its answer is the exchange's.</summary>
    /// <param name="exchange">The request.</param>
    /// <param name="reason">Why it could not be sent to the run that asked.</param>
    /// <returns>Whether it is seen to, also where it was refused: not where its client is gone.</returns>
    public bool TryAwait(RoundsExchange exchange, string reason)
    {
        server.Line.NoteGone(exchange.Connection);
        var call = new WaitingCall(exchange.Owner, default, default, server.Patience,
            () => Send(exchange, reason),
            addition => Fail(exchange, $"{reason} What the client has answered was to go to the next run, but: {relay.Unavailable(server)}{addition}"));
        if (!exchange.Owner.TryAdd(call, int.MaxValue))
            return false;
        _ = server.Line.JoinAsync(call); // cannot fault: sending and failing do not
        return true;
    }

    private ValueTask<Reply> Send(RoundsExchange exchange, string reason)
    {
        if (server.RunFor(exchange.Method)?.Connection is { Server.Era: ProtocolEra.Modern } next)
            exchange.GoOnAt(next);
        else
            Fail(exchange, reason); // its new version is of the legacy era, and knows of no such answers
        return new(Reply.None);
    }

    private static Reply Fail(RoundsExchange exchange, string message)
    {
        exchange.OnFailed(JsonRpcErrorCode.ServerUnavailable, message);
        return Reply.None;
    }
}
