using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace Steward.Tests.Testing;

/// <summary>Keeps what is logged, as <c>Level: message</c>, for one test to wait for.</summary>
internal sealed class FakeLoggerFactory : ILoggerFactory, ILogger
{
    private readonly Channel<string> _lines = Channel.CreateUnbounded<string>();

    /// <summary>Hears each line from whoever logs it, before that one goes on.</summary>
    public Action<string> OnLine { get; set; } = static _ => { };

    /// <summary>Reads on until a line meets the condition.</summary>
    public async Task<string> Sees(Func<string, bool> condition, CancellationToken cancellationToken)
    {
        while (true)
        {
            var line = await _lines.Reader.ReadAsync(cancellationToken);
            if (condition(line))
                return line;
        }
    }

    /// <summary>What was logged since somebody last looked.</summary>
    public List<string> Take()
    {
        var lines = new List<string>();
        while (_lines.Reader.TryRead(out var line))
            lines.Add(line);
        return lines;
    }

    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        var line = $"{logLevel}: {formatter(state, exception)}";
        _lines.Writer.TryWrite(line);
        OnLine(line);
    }

    public void Dispose()
    {
    }
}
