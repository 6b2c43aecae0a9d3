using Microsoft.Extensions.Logging;

namespace Steward.Upstreams.Instances;

/// <summary>Says of each line which instance of the server it is about.</summary>
internal sealed class InstanceLogger(ILogger logger, int number) : ILogger
{
    private readonly KeyValuePair<string, object>[] _scope = [new("Instance", number)];

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => logger.BeginScope(state);

    public bool IsEnabled(LogLevel logLevel) => logger.IsEnabled(logLevel);

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        using var scope = logger.BeginScope(_scope); // for who reads the values rather than the text
        logger.Log(logLevel, eventId, state, exception, (said, failure) => $"Instance {number}: {formatter(said, failure)}");
    }
}
