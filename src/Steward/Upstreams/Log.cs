using Microsoft.Extensions.Logging;

namespace Steward.Upstreams;

/// <summary>Every log line of this folder. Ids 1200-1299; never reuse a retired id.</summary>
internal static partial class Log
{
    [LoggerMessage(1200, LogLevel.Debug, "A message for {Server} was dropped: its input is closed")]
    public static partial void PostToClosedLink(this ILogger logger, string server);

    [LoggerMessage(1201, LogLevel.Warning, "{Server} wrote a line of {Length} bytes, which was skipped")]
    public static partial void OversizedLine(this ILogger logger, string server, long length);

    [LoggerMessage(1202, LogLevel.Warning, "A message could not be delivered to {Server}: {Reason}")]
    public static partial void Undeliverable(this ILogger logger, string server, string reason);

    [LoggerMessage(1204, LogLevel.Debug, "A message for {Server} was dropped: it does not read what waits for it")]
    public static partial void PostDropped(this ILogger logger, string server);

    [LoggerMessage(1203, LogLevel.Warning, "The lists of {Server} could not be read again: {Reason}")]
    public static partial void RelistingFailed(this ILogger logger, string server, string reason);

    [LoggerMessage(1240, LogLevel.Information, "{Server} ended when it was asked by server/discover; it is started again and asked by initialize")]
    public static partial void ProbeKilled(this ILogger logger, string server);

    [LoggerMessage(1241, LogLevel.Warning, "{Server} does not tell of changes: {Reason}")]
    public static partial void ListeningFailed(this ILogger logger, string server, string reason);
}
