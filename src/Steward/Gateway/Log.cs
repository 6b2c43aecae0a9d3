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

    [LoggerMessage(1505, LogLevel.Information, "{Server} went away at work on {Method}, which is made again (replay)")]
    public static partial void Replayed(this ILogger logger, string server, string method);

    [LoggerMessage(1506, LogLevel.Error, "{Method} could not go on at the next run of {Server}; please report this")]
    public static partial void Stranded(this ILogger logger, string server, string method, Exception failure);

    [LoggerMessage(1540, LogLevel.Debug, "Call {Handle} of {Server} is parked until {Client} comes back with what the server asked for")]
    public static partial void CallParked(this ILogger logger, string server, long handle, string client);

    [LoggerMessage(1541, LogLevel.Debug, "Call {Handle} of {Server} is no longer parked")]
    public static partial void CallUnparked(this ILogger logger, string server, long handle);

    [LoggerMessage(1542, LogLevel.Information, "Call {Handle} of {Server} was cancelled: its client did not come back within {Seconds} s (gateway.limits.parkedMs)")]
    public static partial void ParkedCallExpired(this ILogger logger, string server, long handle, double seconds);

    [LoggerMessage(1504, LogLevel.Warning, "A subscription to {Uri} of {Server} could not be restored: {Reason}")]
    public static partial void ResubscribeFailed(this ILogger logger, string server, string uri, string reason);

    [LoggerMessage(1530, LogLevel.Warning, "A session goes on with its process of {Server} by the definition before: one by the present definition did not start: {Reason}")]
    public static partial void OwnNotRenewed(this ILogger logger, string server, string reason);

    [LoggerMessage(1520, LogLevel.Information, "{Server} does not report on {Uri}: {Reason}")]
    public static partial void SubscribeFailed(this ILogger logger, string server, string uri, string reason);

    [LoggerMessage(1521, LogLevel.Information, "{Server} goes on reporting on {Uri}, of which nobody wants to hear: {Reason}")]
    public static partial void UnsubscribeFailed(this ILogger logger, string server, string uri, string reason);

    [LoggerMessage(1551, LogLevel.Critical, "A change of the servers' lists could not be taken over; please report this")]
    public static partial void MergeFailed(this ILogger logger, Exception failure);
}
