using Steward.Upstreams;
using Steward.Wire;

namespace Steward.Gateway;

/// <summary>What a session's own process says of its own accord: all of it is for that session.</summary>
internal sealed class OwnTraffic(Session session) : IConnectionHandler
{
    public void OnRequest(UpstreamConnection connection, ReadOnlySpan<byte> message, in JsonRpcEnvelope envelope) =>
        session.Ask(connection, message, envelope, connection.FindSoleCaller(out _) as Exchange);

    public void OnNotification(UpstreamConnection connection, ReadOnlySpan<byte> message, in JsonRpcEnvelope envelope)
    {
        if (envelope.Method == McpMethod.NotificationsCancelled)
        {
            session.Withdraw(connection, message, envelope);
            return;
        }

        // A log message most likely belongs to the call in flight; news of lists and resources never do.
        var cause = envelope.Method == McpMethod.NotificationsMessage ? connection.FindSoleCaller(out _) as Exchange : null;
        if (cause is null || !cause.TryDeliver(RentedFrame.Copy(message)))
            session.Tell(RentedFrame.Copy(message));
    }
}
