using Steward.Upstreams;
using Steward.Wire;

namespace Steward.Tests.Upstreams;

/// <summary>A link that tells when it is about to end.</summary>
/// <param name="inner">What does all the rest.</param>
/// <param name="ending">Called before it ends.</param>
internal sealed class EndingLink(ILink inner, Action ending) : ILink
{
    public Task<string> Closed => inner.Closed;

    public void Start(ILinkReceiver receiver) => inner.Start(receiver);

    public ValueTask SendAsync(ReadOnlySpan<byte> message, scoped in FrameEdits edits, PendingCall? call) => inner.SendAsync(message, edits, call);

    public ValueTask DisposeAsync()
    {
        ending();
        return inner.DisposeAsync();
    }
}
