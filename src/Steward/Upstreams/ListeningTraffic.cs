using System.Text.Json;
using Steward.Wire;

namespace Steward.Upstreams;

/// <summary>
/// Takes from what a server says the part that belongs to a subscription of Steward's own, and passes on what that subscription is
/// about, as if the server had said it unasked: as those of the legacy era do.
/// </summary>
internal sealed class ListeningTraffic(IConnectionHandler next) : IConnectionHandler
{
    private UpstreamListening? _listening;

    /// <summary>The subscriptions of the connection; set when the server turns out to have them.</summary>
    public UpstreamListening? Listening
    {
        get => Volatile.Read(ref _listening);
        set => Volatile.Write(ref _listening, value);
    }

    public void OnRequest(UpstreamConnection connection, ReadOnlySpan<byte> message, in JsonRpcEnvelope envelope) => next.OnRequest(connection, message, envelope);

    public bool OnLateProgress(UpstreamConnection connection, long upstreamId, ReadOnlySpan<byte> message, in JsonRpcEnvelope envelope) =>
        next.OnLateProgress(connection, upstreamId, message, envelope);

    public void OnRenewed(UpstreamConnection connection) => next.OnRenewed(connection);

    public void OnNotification(UpstreamConnection connection, ReadOnlySpan<byte> message, in JsonRpcEnvelope envelope)
    {
        if (Listening is not { } listening)
        {
            next.OnNotification(connection, message, envelope);
        }
        else if (FindTaskCall(connection, message, envelope) is { } taskCall)
        {
            if (!taskCall.TryHear(message, envelope))
                connection.Forget(taskCall);
        }
        else if (envelope.Method == McpMethod.NotificationsSubscriptionsAcknowledged)
        {
            listening.OnAcknowledged(message, envelope);
        }
        else if (!envelope.SubscriptionId.Exists)
        {
            if (envelope.Method != McpMethod.NotificationsCancelled || !listening.TryEnd(envelope.RequestId.Of(message)))
                next.OnNotification(connection, message, envelope);
        }
        else if (listening.IsCurrent(envelope.SubscriptionId.Of(message)))
        {
            // The number is ours and means nothing to anybody else.
            var untagged = WithoutTag(message, envelope);
            next.OnNotification(connection, untagged, JsonRpcEnvelope.Parse(untagged));
        }
    }

    /// <summary>The subscription to tasks that a notification belongs to, or ends.</summary>
    private static TaskListenCall? FindTaskCall(UpstreamConnection connection, ReadOnlySpan<byte> message, in JsonRpcEnvelope envelope)
    {
        var id = envelope.SubscriptionId.Exists ? envelope.SubscriptionId : envelope.Method == McpMethod.NotificationsCancelled ? envelope.RequestId : default;
        return id.Exists ? connection.FindCall(id.Of(message)) as TaskListenCall : null;
    }

    private static byte[] WithoutTag(ReadOnlySpan<byte> message, in JsonRpcEnvelope envelope)
    {
        var reader = new Utf8JsonReader(envelope.Meta.Of(message), JsonRpcEnvelope.ReaderOptions);
        using var document = JsonDocument.ParseValue(ref reader);
        var meta = JsonRpcWriter.Object(json =>
        {
            foreach (var member in document.RootElement.EnumerateObject().Where(member => !member.NameEquals("io.modelcontextprotocol/subscriptionId"u8)))
                member.WriteTo(json);
        });
        return [.. message[..envelope.Meta.Start], .. meta, .. message[envelope.Meta.End..]];
    }
}
