using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Steward.Wire;

namespace Steward.Cli.Stdio;

/// <summary>
/// What the client says on standard input, line by line. Read on a thread of its own: a read of a terminal or pipe blocks, and
/// the few threads of the pool have servers to start.
/// </summary>
internal sealed class StdioInput
{
    private const int MaxLineBytes = 64 * 1024 * 1024;
    private const int SmallBuffer = 64 * 1024;

    // Lines that wait for somebody to take them; beyond, nothing is read, and the client's pipe fills.
    private const int MaxLines = 256;

    private readonly Stream _stream;
    private readonly Channel<RentedFrame> _lines = Channel.CreateUnbounded<RentedFrame>(new() { SingleReader = true, SingleWriter = true });
    private readonly object _room = new(); // a monitor: the thread waits on it until there is room
    private int _waiting;

    public StdioInput(Stream stream)
    {
        _stream = stream;
        new Thread(Read) { IsBackground = true, Name = "stdin" }.Start();
    }

    /// <summary>The lines, each the caller's; one that does not exist was too long to be kept.</summary>
    public async IAsyncEnumerable<RentedFrame> ReadAllAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var line in _lines.Reader.ReadAllAsync(cancellationToken))
        {
            lock (_room)
            {
                _waiting--;
                Monitor.Pulse(_room);
            }

            yield return line;
        }
    }

    private void Read()
    {
        var buffer = BytePool.Rent(SmallBuffer);
        try
        {
            var (length, skipping) = (0, false);
            while (_stream.Read(buffer, length, buffer.Length - length) is > 0 and var read)
            {
                var scanned = length;
                length += read;
                length = TakeLines(buffer, scanned, length, ref skipping);
                if (length >= MaxLineBytes)
                    (length, skipping) = (0, true);
                if (length == buffer.Length)
                    buffer = Grow(buffer);
            }
        }
        catch (IOException)
        {
            // As good as the end.
        }

        _lines.Writer.Complete();
    }

    /// <returns>How many bytes of an unfinished line are left, at the beginning of the buffer.</returns>
    private int TakeLines(byte[] buffer, int scanned, int length, ref bool skipping)
    {
        var start = 0;
        while (buffer.AsSpan(scanned, length - scanned).IndexOf((byte)'\n') is >= 0 and var feed)
        {
            var line = buffer.AsSpan(start, scanned + feed - start).Trim(" \t\r"u8);
            if (skipping || !line.IsEmpty)
            {
                WaitForRoom();
                _lines.Writer.TryWrite(skipping ? default : RentedFrame.Copy(line));
            }

            skipping = false;
            start = scanned += feed + 1;
        }

        buffer.AsSpan(start, length - start).CopyTo(buffer);
        return length - start;
    }

    private void WaitForRoom()
    {
        lock (_room)
        {
            while (_waiting == MaxLines)
                Monitor.Wait(_room);
            _waiting++;
        }
    }

    private static byte[] Grow(byte[] full)
    {
        var larger = BytePool.Rent(full.Length * 2);
        full.CopyTo(larger, 0);
        BytePool.Return(full);
        return larger;
    }
}
