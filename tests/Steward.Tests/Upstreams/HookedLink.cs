using System.Text;
using Steward.Upstreams;
using Steward.Wire;

namespace Steward.Tests.Upstreams;

/// <summary>A link that shows what is sent, and has its end and its other side do what the test wants.</summary>
/// <param name="inner">What does all the rest.</param>
internal sealed class HookedLink(ILink inner) : ILink
{
    private readonly TaskCompletionSource _ending = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Hears what is about to be sent; what it throws, sending does.</summary>
    public Action<string> Sending { get; set; } = static _ => { };

    /// <summary>It is gone when this has completed.</summary>
    public Task Gone { get; set; } = Task.CompletedTask;

    /// <summary>Completes when it is to end: by then it takes nothing any more.</summary>
    public Task Ending => _ending.Task;

    /// <summary>Who hears what the server says.</summary>
    public ILinkReceiver Receiver { get; private set; } = null!;

    public Task<string> Closed => inner.Closed;

    public void Start(ILinkReceiver receiver)
    {
        Receiver = receiver;
        inner.Start(receiver);
    }

    public ValueTask SendAsync(ReadOnlySpan<byte> message, scoped in FrameEdits edits, PendingCall? call)
    {
        Sending(Encoding.UTF8.GetString(message));
        return inner.SendAsync(message, edits, call);
    }

    public async ValueTask DisposeAsync()
    {
        _ending.TrySetResult();
        await Gone;
        await inner.DisposeAsync();
    }
}
