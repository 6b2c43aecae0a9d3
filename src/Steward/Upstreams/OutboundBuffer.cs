using Steward.Wire;

namespace Steward.Upstreams;

/// <summary>
/// Collects the messages for one stream and writes them in batches: whoever finds the stream idle writes, everybody
/// else adds to the next batch. When the reader behind the stream does not keep up, senders wait.
/// </summary>
internal sealed class OutboundBuffer(Stream stream) : IAsyncDisposable, IThreadPoolWorkItem
{
    private const int SmallBuffer = 16 * 1024;
    private const int HighWater = 1024 * 1024;
    private const int FewWaiting = 64;
    private const string Closed = "The server's input is closed.";

    private readonly Lock _gate = new();
    private byte[] _filling = BytePool.Rent(SmallBuffer);
    private byte[] _draining = BytePool.Rent(SmallBuffer);
    private int _filled;
    private bool _writing;
    private bool _closed;
    private bool _queued; // a write that nobody has begun; set by whoever found the stream idle
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<Exception> _broken = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Queue<Waiting> _waiting = [];
    private int _waitingMayGrowTo = FewWaiting;

    /// <summary>Whether something waits for room in the stream.</summary>
    public bool IsWriting
    {
        get
        {
            lock (_gate)
                return _writing;
        }
    }

    /// <summary>Completes, with what went wrong, when the stream takes nothing any more although nobody here has closed it. May never complete; never faults.</summary>
    public Task<Exception> Broken => _broken.Task;

    /// <summary>Adds a message and a line feed.</summary>
    /// <param name="message">The message.</param>
    /// <param name="edits">What replaces parts of it.</param>
    /// <param name="call">The call that it makes, if any: once that is withdrawn, the message waits for room no longer and is not sent.</param>
    /// <param name="mayGather">Whether more is likely to come at once, so that an idle stream is left idle until those who are about to send have done so.</param>
    public ValueTask SendAsync(ReadOnlySpan<byte> message, scoped in FrameEdits edits, PendingCall? call = null, bool mayGather = false)
    {
        bool mustWrite;
        lock (_gate)
        {
            ThrowIfClosed();
            if (_waiting.Count > 0 || !HasRoomFor(message.Length))
                return WaitAsync(new Waiting(RentedFrame.Copy(message, edits), call)); // behind those that wait already: a cancellation must not overtake its request
            Append(message, edits);
            (mustWrite, _writing) = (!_writing, true);
        }

        if (mustWrite && mayGather)
            WriteLater();
        else if (mustWrite)
            Write(); // here, until the stream would block
        return default;
    }

    public async ValueTask DisposeAsync()
    {
        WriteIfQueued();
        Close();
        await stream.DisposeAsync().ConfigureAwait(false); // ends a write that the other side does not take
        await _ended.Task.ConfigureAwait(false);
    }

    void IThreadPoolWorkItem.Execute() => WriteIfQueued();

    private void WriteLater()
    {
        Volatile.Write(ref _queued, true);
        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false); // behind everything that can run already
    }

    private void WriteIfQueued()
    {
        if (Interlocked.Exchange(ref _queued, false))
            Write();
    }

    private ValueTask WaitAsync(Waiting waiting)
    {
        if (_waiting.Count >= _waitingMayGrowTo)
            DropWithdrawn();
        _waiting.Enqueue(waiting);
        return new ValueTask(waiting.Task);
    }

    // A server that never reads would keep every call that ran out of time. Done each time that the queue has doubled, it costs next to nothing.
    private void DropWithdrawn()
    {
        var wanted = new Queue<Waiting>(_waiting.Count);
        foreach (var waiting in _waiting)
        {
            if (waiting.IsWanted)
                wanted.Enqueue(waiting);
            else
                waiting.Leave();
        }

        _waiting = wanted;
        _waitingMayGrowTo = Math.Max(FewWaiting, 2 * wanted.Count);
    }

    private void TakeWaiting()
    {
        while (_waiting.TryPeek(out var waiting) && (!waiting.IsWanted || HasRoomFor(waiting.Frame.Length)))
        {
            _waiting.Dequeue();
            if (waiting.IsWanted)
                Append(waiting.Frame.Span, default);
            waiting.Leave();
        }
    }

    // A message of any size fits into an empty buffer; the queue as a whole stays bounded.
    private bool HasRoomFor(int length) => _filled == 0 || _filled + length <= HighWater;

    private void Append(ReadOnlySpan<byte> message, scoped in FrameEdits edits)
    {
        var needed = _filled + message.Length + Math.Max(0, edits.Growth) + 1;
        if (needed > _filling.Length)
        {
            var larger = BytePool.Rent(Math.Max(needed, _filling.Length * 2));
            _filling.AsSpan(0, _filled).CopyTo(larger);
            BytePool.Return(_filling);
            _filling = larger;
        }

        _filled += edits.Apply(message, _filling.AsSpan(_filled));
        _filling[_filled++] = (byte)'\n';
    }

    private void Write() => _ = WriteAllAsync(); // at most one at a time; it never faults

    private async Task WriteAllAsync()
    {
        while (TakeBatch(out var length))
        {
            try
            {
                await stream.WriteAsync(_draining.AsMemory(0, length)).ConfigureAwait(false);
            }
            catch (Exception failure) // whatever it is: a stream that nobody writes to must not look open
            {
                if (Close())
                    _broken.TrySetResult(failure);
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
                if (_closed)
                    _ended.TrySetResult();
                return false;
            }

            (_filling, _draining, _filled) = (_draining, _filling, 0);
            if (_filling.Length > HighWater)
            {
                BytePool.Return(_filling);
                _filling = BytePool.Rent(SmallBuffer);
            }

            TakeWaiting();
            return true;
        }
    }

    /// <returns>Whether it was open.</returns>
    private bool Close()
    {
        lock (_gate)
        {
            var wasOpen = !_closed;
            _closed = true;
            if (!_writing)
                _ended.TrySetResult();
            while (_waiting.TryDequeue(out var waiting))
            {
                waiting.Frame.Return();
                waiting.SetException(new LinkClosedException(Closed));
            }

            return wasOpen;
        }
    }

    private void ThrowIfClosed()
    {
        if (_closed)
            throw new LinkClosedException(Closed);
    }

    private sealed class Waiting(RentedFrame frame, PendingCall? call) : TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)
    {
        public RentedFrame Frame => frame;

        public bool IsWanted => call is not { IsWithdrawn: true };

        public void Leave()
        {
            frame.Return();
            SetResult();
        }
    }
}
