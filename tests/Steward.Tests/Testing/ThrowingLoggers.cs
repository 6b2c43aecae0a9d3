using Microsoft.Extensions.Logging;

namespace Steward.Tests.Testing;

/// <summary>A log whose disk is full: whatever is written to it fails.</summary>
internal sealed class ThrowingLoggers : ILoggerFactory, ILogger
{
    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider)
    {
    }

    public bool IsEnabled(LogLevel logLevel) => logLevel < LogLevel.Critical; // the last words of a loop are not to fail as well

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        throw new IOException("No space left on device");

    public void Dispose()
    {
    }
}
