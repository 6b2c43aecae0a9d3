using System.Globalization;
using System.Text;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Steward.Processes;

namespace Steward.Server.Daemon;

/// <summary>
/// Writes what the daemon has to say to a rotated file: one line per event, whatever a message holds. Logging never waits
/// for the disk; when the file cannot keep up, the oldest lines that are not yet written are lost.
/// </summary>
internal sealed class FileLoggerProvider : ILoggerProvider, IAsyncDisposable
{
    private const int WaitingLines = 1024;
    private const long FileBytes = 5 * 1024 * 1024;
    private const int Files = 3;

    private readonly Channel<string> _lines = Channel.CreateBounded<string>(
        new BoundedChannelOptions(WaitingLines) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });
    private readonly TimeProvider _time;
    private readonly Task _writing;

    public FileLoggerProvider(string path, TimeProvider time)
    {
        _time = time;
        _writing = Task.Run(() => WriteAsync(path));
    }

    public ILogger CreateLogger(string categoryName) => new FileLogger(this, categoryName);

    public void Dispose() => _lines.Writer.TryComplete();

    /// <summary>Writes what is still waiting.</summary>
    public async ValueTask DisposeAsync()
    {
        Dispose();
        await _writing;
    }

    private async Task WriteAsync(string path)
    {
        using var file = new RotatedFile(path, FileBytes, Files);
        await foreach (var line in _lines.Reader.ReadAllAsync())
        {
            try
            {
                file.Append(Encoding.UTF8.GetBytes(line));
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                // A full disk must not end the daemon, and there is nowhere else to say it; the next line tries again.
            }
        }
    }

    private sealed class FileLogger(FileLoggerProvider provider, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            var text = formatter(state, exception);
            if (exception is not null)
                text = $"{text}: {exception}";
            var at = provider._time.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
            provider._lines.Writer.TryWrite($"{at} {Word(logLevel)} {category}[{eventId.Id}] {OneLine(text)}\n");
        }

        private static string Word(LogLevel level) => level switch
        {
            LogLevel.Trace => "trace",
            LogLevel.Debug => "debug",
            LogLevel.Information => "info ",
            LogLevel.Warning => "warn ",
            _ => "ERROR",
        };

        private static string OneLine(string text)
        {
            if (!text.Any(char.IsControl))
                return text;
            var line = new StringBuilder(text.Length + 16);
            foreach (var c in text)
            {
                if (char.IsControl(c))
                    line.Append(c == '\n' ? "\\n" : $"\\u{(int)c:x4}");
                else
                    line.Append(c);
            }

            return line.ToString();
        }
    }
}
