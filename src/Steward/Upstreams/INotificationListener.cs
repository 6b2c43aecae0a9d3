using Steward.Wire;

namespace Steward.Upstreams;

/// <summary>Hears what servers say of their own accord, progress aside, beside the clients that it is for. It must not block; bytes are valid during the call.</summary>
internal interface INotificationListener
{
    void OnNotification(string serverId, ReadOnlySpan<byte> message, in JsonRpcEnvelope envelope);
}
