using System.Runtime.CompilerServices;
using System.Text;
using Microsoft.Extensions.Logging;

namespace Steward.Processes;

/// <summary>
/// What one server said, over all its runs: the newest lines in memory, and all of them (within a rate) in rotated files.
/// Writing never waits. Readers and the file follow the lines in memory at their own pace; whoever falls behind further than
/// memory reaches loses the oldest and is told how many.
/// </summary>
public sealed class ServerLog
{
    // Beyond what the pumps let through anyway.
    private const int LongestLine = 16 * 1024;
    private const int LinesPerLook = 64;

    private readonly Lock _gate = new();
    private readonly LogRing _ring;
    private readonly TimeProvider _time;
    private readonly Task _file;
    private readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TaskCompletionSource? _grown;

    internal ServerLog(string serverId, ServerLogOptions options, TimeProvider time, ILogger logger)
    {
        (ServerId, _time) = (serverId, time);
        _ring = new LogRing(options.MaxLines, options.MaxBytes);
        _file = options.Directory is null
            ? Task.CompletedTask
            : Task.Run(async () =>
            {
                using var writer = new LogFileWriter(this, options, time, logger);
                await writer.RunAsync().ConfigureAwait(false);
            });
    }

    /// <summary>The server whose log this is.</summary>
    public string ServerId { get; }

    /// <summary>How many lines were written since the log was opened.</summary>
    public long LineCount
    {
        get { lock (_gate) { return _ring.Next; } }
    }

    internal Task Closed => _closed.Task;

    internal bool IsClosed => _closed.Task.IsCompleted;

    internal void Append(LogSource source, ReadOnlySpan<byte> utf8)
    {
        TaskCompletionSource? grown;
        lock (_gate)
        {
            if (IsClosed)
                return;
            _ring.Add(_time.GetUtcNow(), source, utf8[..Math.Min(utf8.Length, LongestLine)]);
            (grown, _grown) = (_grown, null);
        }

        grown?.TrySetResult();
    }

    internal void Append(LogSource source, string text) => Append(source, Encoding.UTF8.GetBytes(text));

    /// <summary>The newest lines, oldest first.</summary>
    /// <param name="count">How many at most.</param>
    public IReadOnlyList<LogLine> Tail(int count)
    {
        lock (_gate)
        {
            return ReadFrom(From(count), int.MaxValue);
        }
    }

    /// <summary>Reads the newest lines and then, if following, every later one until the log is closed.</summary>
    /// <param name="tail">How many of the lines there are to begin with.</param>
    /// <param name="follow">Whether to wait for more lines.</param>
    /// <param name="cancellationToken">Ends the reading with an <see cref="OperationCanceledException"/>.</param>
    public async IAsyncEnumerable<LogLine> ReadAsync(
        int tail, bool follow, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        long next;
        lock (_gate)
        {
            next = From(tail);
        }

        while (true)
        {
            var look = Look(next);
            if (look.Lost > 0)
                yield return Dropped(look.Lost, next);
            foreach (var line in look.Lines)
                yield return line;

            next = look.Next;
            if (look.Lines.Count > 0)
                continue;
            if (!follow || look.Grown is null)
                yield break;
            await look.Grown.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Takes no more lines, ends all readers after the last one and completes the file.</summary>
    internal async ValueTask DisposeAsync()
    {
        TaskCompletionSource? grown;
        lock (_gate)
        {
            _closed.TrySetResult();
            (grown, _grown) = (_grown, null);
        }

        grown?.TrySetResult();
        await _file.ConfigureAwait(false);
    }

    /// <summary>The lines from a number on, how many before them are gone, and what to wait for when there are none.</summary>
    internal LogLook Look(long from)
    {
        lock (_gate)
        {
            var lost = Math.Max(0, _ring.First - from);
            var lines = ReadFrom(from + lost, LinesPerLook);
            var grown = lines.Count > 0 || IsClosed
                ? null
                : (_grown ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
            return new LogLook(lines, lost, from + lost + lines.Count, grown);
        }
    }

    private LogLine Dropped(long lost, long from) =>
        new(_time.GetUtcNow(), LogSource.Steward, $"{lost} lines were dropped: they came faster than they were read") { Number = from + lost - 1 };

    private long From(int tail) => Math.Max(_ring.First, _ring.Next - Math.Max(0, tail));

    private List<LogLine> ReadFrom(long number, int atMost)
    {
        var lines = new List<LogLine>();
        for (; number < _ring.Next && lines.Count < atMost; number++)
            lines.Add(_ring.Read(number));
        return lines;
    }
}
