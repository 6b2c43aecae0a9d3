using Steward.Upstreams;
using Steward.Wire;

namespace Steward.Gateway;

/// <summary>A request of a session to a server of its own era: relayed as it is, and the server may ask the client meanwhile.</summary>
internal class LegacyExchange : Exchange
{
    public LegacyExchange(Session session, UpstreamConnection connection, TimeSpan timeout, ReadOnlySpan<byte> message, in JsonRpcEnvelope envelope)
        : base(session, connection, timeout, message, envelope) =>
        (Session, Client) = (session, session);

    public Session Session { get; }

    public override void OnServerRequest(UpstreamConnection connection, ReadOnlySpan<byte> message, in JsonRpcEnvelope envelope) =>
        Session.Ask(connection, message, envelope, this);

    public override void OnServerNotification(ReadOnlySpan<byte> message, LogSeverity? severity)
    {
        if (severity < Session.LogLevel)
            return; // the server's own log is not touched by this: it has what the server wrote to its standard error
        if (!TryDeliver(RentedFrame.Copy(message)))
            Session.Tell(RentedFrame.Copy(message));
    }
}
