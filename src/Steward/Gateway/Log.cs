using Microsoft.Extensions.Logging;

namespace Steward.Gateway;

/// <summary>Every log line of this folder. Ids 1500-1599; never reuse a retired id.</summary>
internal static partial class Log
{
    [LoggerMessage(1500, LogLevel.Warning, "The log level of {Server} could not be set: {Reason}")]
    public static partial void SetLevelFailed(this ILogger logger, string server, string reason);

    [LoggerMessage(1501, LogLevel.Information, "Session {Number} of {Client} began, revision {Revision}")]
    public static partial void SessionBegan(this ILogger logger, long number, string client, string revision);

    [LoggerMessage(1502, LogLevel.Information, "A session of {Client} ended: {Reason}")]
    public static partial void SessionEnded(this ILogger logger, string client, string reason);

    [LoggerMessage(1503, LogLevel.Warning, "{Server} cannot be shared by several clients: {Reason}")]
    public static partial void NeedsIsolation(this ILogger logger, string server, string reason);

    [LoggerMessage(1504, LogLevel.Warning, "A subscription to {Uri} of {Server} could not be restored: {Reason}")]
    public static partial void ResubscribeFailed(this ILogger logger, string server, string uri, string reason);
}
