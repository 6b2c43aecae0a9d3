namespace Steward.Processes;

/// <summary>
/// The newest lines of a log as raw bytes, bounded by lines and by bytes. It allocates only while it grows to its bounds, so
/// a flood costs a copy per line and no memory. Not safe for concurrent use.
/// </summary>
internal sealed class LogRing(int maxLines, int maxBytes)
{
    private const int FirstBytes = 1024;
    private const int FirstLines = 16;

    private Entry[] _entries = new Entry[Math.Min(FirstLines, maxLines)];
    private byte[] _bytes = new byte[Math.Min(FirstBytes, maxBytes)];
    private long _bytesFrom;
    private long _bytesTo;

    /// <summary>The number of the oldest line that is still here.</summary>
    public long First { get; private set; }

    /// <summary>The number that the next line will get.</summary>
    public long Next { get; private set; }

    public int Count => (int)(Next - First);

    public void Add(DateTimeOffset at, LogSource source, ReadOnlySpan<byte> line)
    {
        line = line[..Math.Min(line.Length, maxBytes)];
        while (Count == maxLines || _bytesTo - _bytesFrom + line.Length > maxBytes)
            DropFirst();
        Reserve(line.Length);

        var offset = (int)(_bytesTo % _bytes.Length);
        var head = Math.Min(line.Length, _bytes.Length - offset);
        line[..head].CopyTo(_bytes.AsSpan(offset));
        line[head..].CopyTo(_bytes);
        _entries[Next % _entries.Length] = new Entry(at, source, _bytesTo, line.Length);
        _bytesTo += line.Length;
        Next++;
    }

    /// <summary>The line of that number, which must still be here.</summary>
    public LogLine Read(long number)
    {
        var entry = _entries[number % _entries.Length];
        return new LogLine(entry.At, entry.Source, Text(entry)) { Number = number };
    }

    private string Text(Entry entry)
    {
        var offset = (int)(entry.Start % _bytes.Length);
        if (offset + entry.Length <= _bytes.Length)
            return LogText.Clean(_bytes.AsSpan(offset, entry.Length));

        var whole = new byte[entry.Length];
        Copy(entry.Start, whole);
        return LogText.Clean(whole);
    }

    private void DropFirst()
    {
        var entry = _entries[First % _entries.Length];
        _bytesFrom = entry.Start + entry.Length;
        First++;
    }

    private void Reserve(int length)
    {
        if (Count == _entries.Length)
        {
            var larger = new Entry[Math.Min(_entries.Length * 2, maxLines)];
            for (var number = First; number < Next; number++)
                larger[number % larger.Length] = _entries[number % _entries.Length];
            _entries = larger;
        }

        var used = _bytesTo - _bytesFrom;
        if (used + length > _bytes.Length)
        {
            var size = (int)Math.Min(Math.Max(_bytes.Length * 2L, used + length), maxBytes);
            var kept = new byte[used];
            Copy(_bytesFrom, kept);
            _bytes = new byte[size];
            Place(_bytesFrom, kept);
        }
    }

    private void Copy(long start, Span<byte> to)
    {
        var offset = (int)(start % _bytes.Length);
        var head = Math.Min(to.Length, _bytes.Length - offset);
        _bytes.AsSpan(offset, head).CopyTo(to);
        _bytes.AsSpan(0, to.Length - head).CopyTo(to[head..]);
    }

    private void Place(long start, ReadOnlySpan<byte> from)
    {
        var offset = (int)(start % _bytes.Length);
        var head = Math.Min(from.Length, _bytes.Length - offset);
        from[..head].CopyTo(_bytes.AsSpan(offset));
        from[head..].CopyTo(_bytes);
    }

    private readonly record struct Entry(DateTimeOffset At, LogSource Source, long Start, int Length);
}
