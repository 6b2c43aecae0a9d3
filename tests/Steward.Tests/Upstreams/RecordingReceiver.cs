using System.Text;
using Steward.Upstreams;

namespace Steward.Tests.Upstreams;

/// <summary>Keeps what a link delivers.</summary>
internal sealed class RecordingReceiver : ILinkReceiver
{
    public List<string> Messages { get; } = [];

    public List<(string Head, string Tail, long Length)> Oversized { get; } = [];

    public void OnMessage(ReadOnlySpan<byte> message) => Messages.Add(Encoding.UTF8.GetString(message));

    public void OnOversized(ReadOnlySpan<byte> head, ReadOnlySpan<byte> tail, long length) =>
        Oversized.Add((Encoding.UTF8.GetString(head), Encoding.UTF8.GetString(tail), length));

    public void OnUndeliverable(ReadOnlySpan<byte> message, string reason, int status) => throw new InvalidOperationException(reason);
}
