using System.Text;
using Steward.Upstreams;
using Steward.Wire;

namespace Steward.Tests.Upstreams;

/// <summary>A link whose other side is the test: it sees what is sent and says what it likes, on its own thread.</summary>
internal sealed class FakeLink : ILink
{
    private readonly TaskCompletionSource<string> _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<string> Closed => _closed.Task;

    public List<string> Sent { get; } = [];

    public ILinkReceiver Receiver { get; private set; } = null!;

    public bool IsClosed { get; set; }

    /// <summary>Where set, senders wait for it.</summary>
    public TaskCompletionSource? Hold { get; set; }

    public void Start(ILinkReceiver receiver) => Receiver = receiver;

    public ValueTask SendAsync(ReadOnlySpan<byte> message, scoped in FrameEdits edits)
    {
        if (IsClosed)
            throw new LinkClosedException("closed by the test");
        var frame = RentedFrame.Copy(message, edits);
        lock (Sent)
            Sent.Add(Encoding.UTF8.GetString(frame.Span));
        frame.Return();
        return Hold is null ? default : new ValueTask(Hold.Task);
    }

    public void Say(string message) => Receiver.OnMessage(Encoding.UTF8.GetBytes(message));

    public ValueTask DisposeAsync()
    {
        IsClosed = true;
        _closed.TrySetResult("closed by the test");
        return default;
    }
}
