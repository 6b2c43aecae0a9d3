using System.Globalization;
using System.Text;
using Microsoft.Extensions.Logging;

namespace Steward.Processes;

/// <summary>
/// Follows a log into its file. A flood is thinned out to a rate, and a disk that refuses is left alone for a while: both
/// leave the writer behind, and what memory no longer holds by then is missing from the file, which says so.
/// </summary>
internal sealed class LogFileWriter(ServerLog log, ServerLogOptions options, TimeProvider time, ILogger logger) : IDisposable
{
    private static readonly TimeSpan RetryDisk = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan RateWindow = TimeSpan.FromSeconds(1);

    private readonly StringBuilder _batch = new();
    private readonly RotatedFile _file = new(
        Path.Combine(options.Directory!, FileName(log.ServerId)), options.FileBytes, options.Files);

    private long _next;
    private long _windowStart = time.GetTimestamp();
    private long _windowBytes;
    private bool _failing;

    public async Task RunAsync()
    {
        while (true)
        {
            var look = log.Look(_next);
            if (look.Lost > 0)
                Add(new LogLine(time.GetUtcNow(), LogSource.Steward, $"{look.Lost} lines were left out: too many at once, or the disk refused"));
            foreach (var line in look.Lines)
                Add(line);

            if (look.Lines.Count == 0 && look.Grown is null)
                return;
            if (await TryWriteAsync().ConfigureAwait(false))
                _next = look.Next;
            if (look.Grown is not null)
                await look.Grown.ConfigureAwait(false);
        }
    }

    public void Dispose() => _file.Dispose();

    internal static string FileName(string serverId) =>
        string.Concat(serverId.Select(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' ? c : '_')) + ".log";

    private void Add(LogLine line) => _batch.Append(CultureInfo.InvariantCulture,
        $"{line.At.UtcDateTime:yyyy-MM-ddTHH:mm:ss.fffZ} {Word(line.Source)} {line.Text}\n");

    private static string Word(LogSource source) => source switch
    {
        LogSource.Stderr => "stderr",
        LogSource.Stdout => "stdout",
        _ => "steward",
    };

    /// <summary>False when the disk refused; the lines are then tried again, if memory still holds them.</summary>
    private async Task<bool> TryWriteAsync()
    {
        var bytes = Encoding.UTF8.GetBytes(_batch.ToString());
        _batch.Clear();
        if (bytes.Length == 0)
            return true;

        try
        {
            _file.Append(bytes);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            if (!_failing)
                logger.LogFileFailed(log.ServerId, _file.Path, exception.Message);
            _failing = true;
            await PauseAsync(RetryDisk).ConfigureAwait(false);
            return log.IsClosed; // the end must not wait for a disk
        }

        if (_failing)
            logger.LogFileRecovered(log.ServerId, _file.Path);
        _failing = false;
        await KeepRateAsync(bytes.Length).ConfigureAwait(false);
        return true;
    }

    private async Task KeepRateAsync(int written)
    {
        if (time.GetElapsedTime(_windowStart) >= RateWindow)
            (_windowStart, _windowBytes) = (time.GetTimestamp(), 0);

        _windowBytes += written;
        if (_windowBytes > options.FileBytesPerSecond)
            await PauseAsync(RateWindow).ConfigureAwait(false);
    }

    /// <summary>Waits, but not beyond the end of the log.</summary>
    private async Task PauseAsync(TimeSpan pause) =>
        await log.Closed.WaitAsync(pause, time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
}
