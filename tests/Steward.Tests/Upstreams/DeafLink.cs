using Steward.Upstreams;
using Steward.Wire;

namespace Steward.Tests.Upstreams;

/// <summary>A link that takes no calls of tools any more, as one does whose other side has just gone.</summary>
/// <param name="inner">What takes the rest.</param>
/// <param name="refused">Completes with the first call, a moment before that is refused.</param>
internal sealed class DeafLink(ILink inner, TaskCompletionSource refused) : ILink
{
    public Task<string> Closed => inner.Closed;

    public void Start(ILinkReceiver receiver) => inner.Start(receiver);

    public ValueTask SendAsync(ReadOnlySpan<byte> message, scoped in FrameEdits edits, PendingCall? call)
    {
        if (message.IndexOf("tools/call"u8) < 0)
            return inner.SendAsync(message, edits, call);
        refused.TrySetResult();
        throw new LinkClosedException("The server's input is closed.");
    }

    public ValueTask DisposeAsync() => inner.DisposeAsync();
}
