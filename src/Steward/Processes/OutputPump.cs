using System.Buffers;
using System.Text;

namespace Steward.Processes;

/// <summary>
/// Drains a child's standard error, or the output of a command, into the server's log, so that the child never blocks on it. Memory is bounded whatever
/// comes: a long line is cut, and the rest of it is counted and thrown away.
/// </summary>
internal sealed class OutputPump(Stream stream, ServerLog log, TimeProvider time, LogSource source = LogSource.Stderr)
{
    /// <summary>The longest line that is kept whole, in bytes.</summary>
    public const int LongestLine = 8 * 1024;

    private const int ReadSize = 8 * 1024;
    private const int TailLines = 20;
    private const int TailBytes = 16 * 1024;

    // Beside the log, because a server may have several processes that share it.
    private readonly LogRing _tail = new(TailLines, TailBytes);
    private readonly Lock _gate = new();
    private readonly ArrayBufferWriter<byte> _line = new();
    private long _cut;

    /// <summary>The last lines, oldest first.</summary>
    public IReadOnlyList<string> Tail
    {
        get
        {
            lock (_gate)
            {
                return [.. Enumerable.Range(0, _tail.Count).Select(i => _tail.Read(_tail.First + i).Text)];
            }
        }
    }

    /// <summary>Runs to the end of the stream. Never throws: a pipe that breaks has ended.</summary>
    public async Task RunAsync()
    {
        var buffer = new byte[ReadSize];
        try
        {
            int count;
            while ((count = await stream.ReadAsync(buffer).ConfigureAwait(false)) > 0)
                Take(buffer.AsSpan(0, count));
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException or OperationCanceledException)
        {
            // Somebody outside the process tree held the other end, and we have closed ours.
        }

        if (_line.WrittenCount > 0)
            Finish([]);
    }

    private void Take(ReadOnlySpan<byte> bytes)
    {
        int end;
        while ((end = bytes.IndexOf((byte)'\n')) >= 0)
        {
            Finish(bytes[..end]);
            bytes = bytes[(end + 1)..];
        }

        Keep(bytes);
    }

    private void Finish(ReadOnlySpan<byte> rest)
    {
        if (_line.WrittenCount == 0 && rest.Length <= LongestLine)
        {
            Write(rest); // the common case: the whole line is in the buffer
            return;
        }

        Keep(rest);
        if (_cut > 0)
            _line.Write(Encoding.UTF8.GetBytes($" … ({_cut} bytes cut)"));
        Write(_line.WrittenSpan);
        _line.ResetWrittenCount();
        _cut = 0;
    }

    private void Keep(ReadOnlySpan<byte> bytes)
    {
        var room = Math.Max(0, LongestLine - _line.WrittenCount);
        if (_cut > 0)
            room = 0;
        if (bytes.Length > room)
            room = CharacterBoundary(bytes, room);
        _line.Write(bytes[..Math.Min(room, bytes.Length)]);
        _cut += Math.Max(0, bytes.Length - room);
    }

    /// <summary>The largest cut at or before <paramref name="length"/> that does not split a UTF-8 character.</summary>
    private static int CharacterBoundary(ReadOnlySpan<byte> bytes, int length)
    {
        var cut = length;
        while (cut > 0 && length - cut < 4 && (bytes[cut] & 0xC0) == 0x80)
            cut--;
        return cut;
    }

    private void Write(ReadOnlySpan<byte> line)
    {
        log.Append(source, line);
        lock (_gate)
        {
            _tail.Add(time.GetUtcNow(), source, line);
        }
    }
}
