using Steward.Wire;

namespace Steward.Upstreams;

/// <summary>Cuts a stream into lines, in pooled memory of bounded size.</summary>
/// <param name="stream">What is read.</param>
/// <param name="maxLineBytes">Longer lines are skipped; at least <see cref="Excerpt"/>.</param>
internal sealed class LineReader(Stream stream, int maxLineBytes)
{
    /// <summary>How much of an oversized line is kept from its beginning and from its end.</summary>
    public const int Excerpt = 512;

    private const int LargeBytes = 256 * 1024;
    private const int SmallBuffer = 16 * 1024;

    private readonly byte[] _head = new byte[Excerpt];
    private byte[] _buffer = BytePool.Rent(SmallBuffer);
    private int _start;
    private int _end;
    private int _scanned;
    private long _skipped;

    /// <summary>Reads until the stream ends. A last line without a line feed is no line: its writer did not finish it.</summary>
    public async Task ReadAllAsync(ILinkReceiver receiver)
    {
        try
        {
            while (true)
            {
                MakeRoom();
                var read = await stream.ReadAsync(_buffer.AsMemory(_end)).ConfigureAwait(false);
                if (read == 0)
                    return;
                _end += read;
                if (_end - _start >= LargeBytes)
                    await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding); // it takes its time: off the thread that waits for pipes
                DeliverLines(receiver);
            }
        }
        finally
        {
            BytePool.Return(_buffer);
        }
    }

    private void DeliverLines(ILinkReceiver receiver)
    {
        int feed;
        while ((feed = _buffer.AsSpan(_scanned, _end - _scanned).IndexOf((byte)'\n')) >= 0)
        {
            feed += _scanned;
            var line = _buffer.AsSpan(_start, feed - _start);
            if (_skipped > 0 || line.Length > maxLineBytes)
                EndOversized(receiver, line);
            else
                Deliver(receiver, line);
            _start = _scanned = feed + 1;
        }

        _scanned = _end;
    }

    private static void Deliver(ILinkReceiver receiver, ReadOnlySpan<byte> line)
    {
        if (line.StartsWith("\uFEFF"u8))
            line = line[3..]; // some runtimes begin their output with it; without it their first answer is one
        line = line.Trim(" \t\r"u8);
        if (!line.IsEmpty)
            receiver.OnMessage(line);
    }

    private void EndOversized(ILinkReceiver receiver, ReadOnlySpan<byte> line)
    {
        if (_skipped == 0)
            line[..Excerpt].CopyTo(_head);
        receiver.OnOversized(_head, line[Math.Max(0, line.Length - Excerpt)..], _skipped + line.Length);
        _skipped = 0;
    }

    private void MakeRoom()
    {
        var pending = _end - _start;
        if (pending == 0)
        {
            (_start, _end, _scanned) = (0, 0, 0);
            if (_buffer.Length > SmallBuffer * 16)
                Exchange(SmallBuffer); // what one large message needed is not kept for ever
        }
        else if (_skipped > 0 || pending > maxLineBytes)
        {
            Skip(pending);
        }
        else if (_end == _buffer.Length)
        {
            if (_start > _buffer.Length / 2)
                Compact(_buffer);
            else
                Exchange(_buffer.Length * 2);
        }
    }

    /// <summary>Drops the line so far but for its beginning and its last bytes, of which the next reads may need some.</summary>
    private void Skip(int pending)
    {
        if (_skipped == 0)
            _buffer.AsSpan(_start, Excerpt).CopyTo(_head);
        var keep = Math.Min(Excerpt, pending);
        _skipped += pending - keep;
        _start = _end - keep;
        if (_buffer.Length > SmallBuffer * 16)
            Exchange(SmallBuffer * 16);
        else
            Compact(_buffer);
    }

    private void Exchange(int size)
    {
        var old = _buffer;
        _buffer = BytePool.Rent(size);
        Compact(old);
        BytePool.Return(old);
    }

    private void Compact(byte[] from)
    {
        from.AsSpan(_start, _end - _start).CopyTo(_buffer);
        (_scanned, _end, _start) = (_scanned - _start, _end - _start, 0);
        _scanned = Math.Max(0, _scanned);
    }
}
