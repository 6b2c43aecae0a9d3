using System.Text;
using Steward.Upstreams;
using Steward.Wire;

namespace Steward.Tests.Upstreams;

/// <summary>Keeps what a server says of its own accord.</summary>
internal sealed class RecordingHandler : IConnectionHandler
{
    public List<string> Requests { get; } = [];

    public List<string> Notifications { get; } = [];

    public void OnRequest(UpstreamConnection connection, ReadOnlySpan<byte> message, in JsonRpcEnvelope envelope) => Requests.Add(Encoding.UTF8.GetString(message));

    public bool OnLateProgress(UpstreamConnection connection, long upstreamId, ReadOnlySpan<byte> message, in JsonRpcEnvelope envelope) => false;

    public void OnNotification(UpstreamConnection connection, ReadOnlySpan<byte> message, in JsonRpcEnvelope envelope) => Notifications.Add(Encoding.UTF8.GetString(message));
}
