using Microsoft.Extensions.Logging;

namespace Steward.Upstreams.Remote;

/// <summary>Every log line of this folder. Ids 1250-1279; never reuse a retired id.</summary>
internal static partial class Log
{
    [LoggerMessage(1250, LogLevel.Information, "{Server} had forgotten the session; it was opened again")]
    public static partial void SessionRenewed(this ILogger logger, string server);

    [LoggerMessage(1251, LogLevel.Information, "{Server} refused the headers of a call; its list of tools is read again")]
    public static partial void HeadersRefused(this ILogger logger, string server);

    [LoggerMessage(1252, LogLevel.Error, "What {Server} says on its own cannot be heard any more")]
    public static partial void ServerStreamFailed(this ILogger logger, string server, Exception failure);

    [LoggerMessage(1253, LogLevel.Warning, "{Server} sent an event that was skipped: {Reason}")]
    public static partial void EventTooLarge(this ILogger logger, string server, string reason);

    [LoggerMessage(1254, LogLevel.Debug, "{Server} offers no stream of its own: {Reason}")]
    public static partial void NoServerStream(this ILogger logger, string server, string reason);

    [LoggerMessage(1255, LogLevel.Debug, "{Server} was not told that the session is over: {Reason}")]
    public static partial void FarewellFailed(this ILogger logger, string server, string reason);

    [LoggerMessage(1256, LogLevel.Warning, "{Server} offers the tool {Tool}, which is left out: {Reason}")]
    public static partial void ToolRefused(this ILogger logger, string server, string tool, string reason);

    [LoggerMessage(1258, LogLevel.Warning, "{Server} did not take a message within {Patience}")]
    public static partial void NotTaken(this ILogger logger, string server, TimeSpan patience);

    [LoggerMessage(1257, LogLevel.Information, "{Server} speaks {Transport}")]
    public static partial void TransportFound(this ILogger logger, string server, string transport);
}
