using Microsoft.Extensions.Logging;

namespace Steward.Supervision;

/// <summary>Every log line of this folder. Ids 1300-1399; never reuse a retired id.</summary>
internal static partial class Log
{
    [LoggerMessage(1300, LogLevel.Information, "{Server} is {State} ({Error})")]
    public static partial void StateChanged(this ILogger logger, string server, ServerState state, string? error);

    [LoggerMessage(1301, LogLevel.Warning, "{Server} could not be started: {Reason}")]
    public static partial void LaunchFailed(this ILogger logger, string server, string reason);

    [LoggerMessage(1302, LogLevel.Error, "Stopping {Server} went wrong")]
    public static partial void StopFailed(this ILogger logger, string server, Exception exception);

    [LoggerMessage(1303, LogLevel.Error, "What {Server} held could not be released")]
    public static partial void ReleaseFailed(this ILogger logger, string server, Exception exception);

    [LoggerMessage(1304, LogLevel.Error, "{Server} has not ended within {Bound}; giving up waiting for it")]
    public static partial void StopOverdue(this ILogger logger, string server, TimeSpan bound);
}
