using System.Buffers;
using Steward.Wire;

namespace Steward.Upstreams;

/// <summary>
/// Collects the messages for one stream and writes them in batches: whoever finds the stream idle writes, everybody
/// else adds to the next batch. When the reader behind the stream does not keep up, senders wait.
/// </summary>
internal sealed class OutboundBuffer(Stream stream) : IAsyncDisposable
{
    private const int SmallBuffer = 16 * 1024;
    private const int HighWater = 1024 * 1024;
    private const string Closed = "The server's input is closed.";

    private readonly Lock _gate = new();
    private byte[] _filling = ArrayPool<byte>.Shared.Rent(SmallBuffer);
    private byte[] _draining = ArrayPool<byte>.Shared.Rent(SmallBuffer);
    private int _filled;
    private bool _writing;
    private bool _closed;
    private readonly Queue<Waiting> _waiting = [];
    private Task _writer = Task.CompletedTask;

    /// <summary>Whether something waits for room in the stream.</summary>
    public bool IsWriting
    {
        get
        {
            lock (_gate)
                return _writing;
        }
    }

    /// <summary>Adds a message and a line feed.</summary>
    public ValueTask SendAsync(ReadOnlySpan<byte> message, scoped in FrameEdits edits)
    {
        bool mustWrite;
        lock (_gate)
        {
            ThrowIfClosed();
            if (_waiting.Count > 0 || !HasRoomFor(message.Length))
                return WaitAsync(RentedFrame.Copy(message, edits)); // behind those that wait already: a cancellation must not overtake its request
            Append(message, edits);
            (mustWrite, _writing) = (!_writing, true);
        }

        if (mustWrite)
            _writer = WriteAllAsync(); // at most one at a time; it runs here until the stream would block
        return default;
    }

    public async ValueTask DisposeAsync()
    {
        Close();
        await stream.DisposeAsync().ConfigureAwait(false); // ends a write that the other side does not take
        await _writer.ConfigureAwait(false);
    }

    private ValueTask WaitAsync(RentedFrame frame)
    {
        var waiting = new Waiting(frame);
        _waiting.Enqueue(waiting);
        return new ValueTask(waiting.Task);
    }

    private void TakeWaiting()
    {
        while (_waiting.TryPeek(out var waiting) && HasRoomFor(waiting.Frame.Length))
        {
            _waiting.Dequeue();
            Append(waiting.Frame.Span, default);
            waiting.Frame.Return();
            waiting.SetResult();
        }
    }

    // A message of any size fits into an empty buffer; the queue as a whole stays bounded.
    private bool HasRoomFor(int length) => _filled == 0 || _filled + length <= HighWater;

    private void Append(ReadOnlySpan<byte> message, scoped in FrameEdits edits)
    {
        var needed = _filled + message.Length + Math.Max(0, edits.Growth) + 1;
        if (needed > _filling.Length)
        {
            var larger = ArrayPool<byte>.Shared.Rent(Math.Max(needed, _filling.Length * 2));
            _filling.AsSpan(0, _filled).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_filling);
            _filling = larger;
        }

        _filled += edits.Apply(message, _filling.AsSpan(_filled));
        _filling[_filled++] = (byte)'\n';
    }

    private async Task WriteAllAsync()
    {
        while (TakeBatch(out var length))
        {
            try
            {
                await stream.WriteAsync(_draining.AsMemory(0, length)).ConfigureAwait(false);
            }
            catch (Exception failure) when (failure is IOException or ObjectDisposedException or OperationCanceledException)
            {
                Close(); // the reader of the other direction tells why
            }
        }
    }

    private bool TakeBatch(out int length)
    {
        lock (_gate)
        {
            length = _filled;
            if (length == 0 || _closed)
            {
                _writing = false;
                return false;
            }

            (_filling, _draining, _filled) = (_draining, _filling, 0);
            if (_filling.Length > HighWater)
            {
                ArrayPool<byte>.Shared.Return(_filling);
                _filling = ArrayPool<byte>.Shared.Rent(SmallBuffer);
            }

            TakeWaiting();
            return true;
        }
    }

    private void Close()
    {
        lock (_gate)
        {
            _closed = true;
            while (_waiting.TryDequeue(out var waiting))
            {
                waiting.Frame.Return();
                waiting.SetException(new LinkClosedException(Closed));
            }
        }
    }

    private void ThrowIfClosed()
    {
        if (_closed)
            throw new LinkClosedException(Closed);
    }

    private sealed class Waiting(RentedFrame frame) : TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)
    {
        public RentedFrame Frame => frame;
    }
}
