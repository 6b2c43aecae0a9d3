using Steward.Upstreams;
using Steward.Wire;

namespace Steward.Tests.Upstreams;

/// <summary>A link that takes no calls of tools any more, as one does whose other side has just gone.</summary>
internal sealed class DeafLink(ILink inner) : ILink
{
    public Task<string> Closed => inner.Closed;

    public void Start(ILinkReceiver receiver) => inner.Start(receiver);

    public ValueTask SendAsync(ReadOnlySpan<byte> message, scoped in FrameEdits edits) =>
        message.IndexOf("tools/call"u8) >= 0 ? throw new LinkClosedException("The server's input is closed.") : inner.SendAsync(message, edits);

    public ValueTask DisposeAsync() => inner.DisposeAsync();
}
