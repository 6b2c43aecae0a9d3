using Steward.Upstreams;
using Steward.Wire;

namespace Steward.Registry;

/// <summary>What a server says of its own accord while it is tried: there is no client whom it could ask.</summary>
internal sealed class TrialTraffic : ISharedTraffic
{
    public void OnRequest(UpstreamConnection connection, ReadOnlySpan<byte> message, in JsonRpcEnvelope envelope) =>
        connection.Post(envelope.Method == McpMethod.RootsList
            ? JsonRpcWriter.Result(envelope.Id.Of(message), """{"roots":[]}"""u8)
            : JsonRpcWriter.Error(envelope.Id.Of(message), JsonRpcErrorCode.MethodNotFound, "No client is connected yet."));

    public bool OnLateProgress(UpstreamConnection connection, long upstreamId, ReadOnlySpan<byte> message, in JsonRpcEnvelope envelope) => false;

    public void OnNotification(UpstreamConnection connection, ReadOnlySpan<byte> message, in JsonRpcEnvelope envelope)
    {
    }

    public void OnCatalogChanged(string serverId)
    {
    }
}
