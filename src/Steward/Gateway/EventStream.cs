using System.Buffers;
using System.Buffers.Text;
using Steward.Wire;

namespace Steward.Gateway;

/// <summary>
/// What one stream of server-sent events carries: a bounded log with one reader. The log is the queue to the client
/// and, for a while, the memory from which a client that lost its connection reads again.
/// See <see href="https://modelcontextprotocol.io/specification/2025-11-25/basic/transports#resumability-and-redelivery"/>.
/// </summary>
internal sealed class EventStream(int number, EventStreamLimits limits)
{
    private readonly Lock _gate = new();
    private readonly Queue<RentedFrame> _sent = [];
    private readonly Queue<RentedFrame> _unsent = [];
    private long _sentBytes;
    private long _unsentBytes;
    private long _lastSent;
    private int _reader;
    private bool _complete;
    private long? _completedAt;
    private bool _overflowed;
    private bool _keepAlive;
    private int _waiting;
    private bool _hasReader = number != 0; // the first reader of a request's stream is on its way already
    private TaskCompletionSource? _change;
    private readonly TaskCompletionSource _overflow = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Whether whoever reads it is part of this program.</summary>
    public bool IsWithinProcess { get; init; }

    /// <summary>Which stream of its session this is; 0 is the one that a GET opens.</summary>
    public int Number => number;

    /// <summary>Whether a client reads it, or will in a moment.</summary>
    public bool IsBeingRead
    {
        get
        {
            lock (_gate)
                return _hasReader;
        }
    }

    /// <summary>When the stream was completed, as a timestamp, where also nobody reads it any more: it is kept for replay only.</summary>
    public long? KeptSince
    {
        get
        {
            lock (_gate)
                return _hasReader ? null : _completedAt;
        }
    }

    /// <summary>Completes when the client has fallen too far behind: a writer that waits for it waits in vain.</summary>
    public Task Overflowed => _overflow.Task;

    /// <summary>Adds a message. Takes the frame over.</summary>
    public void Append(RentedFrame frame) => AppendQuietly(frame)?.TrySetResult();

    /// <summary>The same for somebody who holds a lock. Takes the frame over.</summary>
    /// <returns>Wakes the reader, to be completed without that lock: a reader within this process may go on right there.</returns>
    public TaskCompletionSource? AppendQuietly(RentedFrame frame)
    {
        lock (_gate)
        {
            if (_complete || _overflowed)
            {
                frame.Return();
                return null;
            }

            _unsent.Enqueue(frame);
            _unsentBytes += frame.Length;
            if (_unsentBytes > limits.UnsentBytes && _unsent.Count > 1)
                GiveWay();
            var reader = _change;
            _change = null;
            return reader;
        }
    }

    /// <summary>Nothing will follow what is there.</summary>
    public void Complete(long timestamp)
    {
        lock (_gate)
        {
            _complete = true;
            _completedAt = timestamp;
            Signal();
        }
    }

    /// <summary>Asks the reader, if there is one, for a sign of life to its client.</summary>
    public void KeepAlive()
    {
        lock (_gate)
        {
            _keepAlive = _unsent.Count == 0 && _waiting > 0;
            if (_keepAlive)
                Signal();
        }
    }

    /// <summary>Becomes the reader; an earlier one is detached.</summary>
    /// <param name="after">The last event that the client has seen; <see langword="null"/> goes on after the last one sent.</param>
    /// <param name="reader">Stands for this reader in the other calls.</param>
    /// <returns>Whether everything after that event is still here.</returns>
    public bool TryAttach(long? after, out int reader)
    {
        lock (_gate)
        {
            reader = 0;
            var from = after ?? _lastSent;
            if (from > _lastSent || from < _lastSent - _sent.Count || _overflowed)
                return false;
            Rewind(from);
            reader = ++_reader;
            _hasReader = true;
            Signal();
            return true;
        }
    }

    /// <summary>A reader goes. Nothing happens where another has taken over.</summary>
    public void Release(int reader)
    {
        lock (_gate)
        {
            if (reader == _reader)
                _hasReader = false;
        }
    }

    /// <summary>Waits until the reader has something to do.</summary>
    public async ValueTask<StreamSignal> WaitAsync(int reader, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task change;
            lock (_gate)
            {
                if (NextSignal(reader) is { } signal)
                    return signal;
                // A reader within this process goes on right where it is told: it hands over and does not block.
                change = (_change ??= new TaskCompletionSource(IsWithinProcess ? TaskCreationOptions.None : TaskCreationOptions.RunContinuationsAsynchronously)).Task;
                _waiting++;
            }

            try
            {
                await change.WaitAsync(cancellationToken).ConfigureAwait(false);
            }
            finally
            {
                lock (_gate)
                    _waiting--;
            }
        }
    }

    /// <summary>Writes the next event, if there is one. The copy is made under the lock: an event may be dropped right after.</summary>
    public bool TryWriteNext(int reader, IBufferWriter<byte> destination)
    {
        lock (_gate)
        {
            if (reader != _reader || !_unsent.TryDequeue(out var frame))
                return false;
            _lastSent++;
            WriteId(destination);
            destination.Write("event: message\ndata: "u8);
            destination.Write(frame.Span);
            destination.Write("\n\n"u8);
            Remember(frame);
            return true;
        }
    }

    /// <summary>Takes the next message out, if there is one, where nothing is kept for a second reading. It is the caller's then.</summary>
    public bool TryTake(int reader, out RentedFrame frame)
    {
        frame = default;
        lock (_gate)
        {
            if (reader != _reader || !_unsent.TryDequeue(out frame))
                return false;
            _lastSent++;
            _unsentBytes -= frame.Length;
            return true;
        }
    }

    /// <summary>
    /// Writes an event without data that gives the client an id to resume from, and the time to wait before it does.
    /// See <see href="https://modelcontextprotocol.io/specification/2025-11-25/basic/transports#sending-messages-to-the-server"/>.
    /// </summary>
    public void WritePriming(IBufferWriter<byte> destination, TimeSpan retry)
    {
        lock (_gate)
        {
            WriteId(destination);
            destination.Write("retry: "u8);
            WriteNumber(destination, (long)retry.TotalMilliseconds);
            destination.Write("\ndata: \n\n"u8);
        }
    }

    /// <summary>Returns all memory. The reader is detached.</summary>
    public void Discard()
    {
        lock (_gate)
        {
            _complete = true;
            _reader++;
            DropAll();
            Signal();
        }
    }

    private StreamSignal? NextSignal(int reader)
    {
        if (reader != _reader)
            return StreamSignal.Detached;
        if (_overflowed)
            return StreamSignal.Overflowed;
        if (_unsent.Count > 0)
            return StreamSignal.Events;
        if (_complete)
            return StreamSignal.Ended;
        if (!_keepAlive)
            return null;
        _keepAlive = false;
        return StreamSignal.KeepAlive;
    }

    /// <summary>Over the bound: a stream that may lose old events loses them; for any other the client is too slow.</summary>
    private void GiveWay()
    {
        if (!limits.DropsOldest)
        {
            _overflowed = true;
            _overflow.TrySetResult();
            DropAll();
            return;
        }

        while (_unsentBytes > limits.UnsentBytes && _unsent.Count > 1)
        {
            var oldest = _unsent.Dequeue();
            _unsentBytes -= oldest.Length;
            oldest.Return();
        }
    }

    private void Rewind(long to)
    {
        if (to == _lastSent)
            return;
        var again = (int)(_lastSent - to);
        RentedFrame[] all = [.. _sent, .. _unsent];
        var keep = _sent.Count - again;
        _sent.Clear();
        _unsent.Clear();
        (_sentBytes, _unsentBytes, _lastSent) = (0, 0, to);
        foreach (var frame in all.AsSpan(0, keep))
        {
            _sent.Enqueue(frame);
            _sentBytes += frame.Length;
        }

        foreach (var frame in all.AsSpan(keep))
        {
            _unsent.Enqueue(frame);
            _unsentBytes += frame.Length;
        }
    }

    private void Remember(RentedFrame frame)
    {
        _unsentBytes -= frame.Length;
        _sent.Enqueue(frame);
        _sentBytes += frame.Length;
        while (_sentBytes > limits.ReplayBytes || _sent.Count > limits.ReplayEvents)
        {
            var oldest = _sent.Dequeue();
            _sentBytes -= oldest.Length;
            oldest.Return();
        }
    }

    private void DropAll()
    {
        while (_sent.TryDequeue(out var frame))
            frame.Return();
        while (_unsent.TryDequeue(out var frame))
            frame.Return();
        (_sentBytes, _unsentBytes) = (0, 0);
    }

    /// <summary>Wakes the reader. It goes on elsewhere, for here a lock is held.</summary>
    private void Signal()
    {
        if (_change is not { } change)
            return;
        _change = null;
        if (IsWithinProcess)
            ThreadPool.UnsafeQueueUserWorkItem(static change => change.TrySetResult(), change, preferLocal: false);
        else
            change.TrySetResult();
    }

    private void WriteId(IBufferWriter<byte> destination)
    {
        if (limits.ReplayEvents == 0)
            return; // an id would promise that one can read again from there
        destination.Write("id: "u8);
        WriteNumber(destination, number);
        destination.Write("_"u8);
        WriteNumber(destination, _lastSent);
        destination.Write("\n"u8);
    }

    private static void WriteNumber(IBufferWriter<byte> destination, long value)
    {
        Utf8Formatter.TryFormat(value, destination.GetSpan(20), out var written);
        destination.Advance(written);
    }
}
