using Microsoft.Extensions.Logging;

namespace Steward.Clients;

/// <summary>Every log line of this folder. Ids 2200-2299; never reuse a retired id.</summary>
internal static partial class Log
{
    [LoggerMessage(2200, LogLevel.Warning, "Server '{Server}': a handler of notifications has not ended for {Seconds} s; what comes after is handed over without it")]
    public static partial void HandlerLeftBehind(this ILogger logger, string server, double seconds);

    [LoggerMessage(2201, LogLevel.Warning, "Server '{Server}': a handler failed")]
    public static partial void HandlerFailed(this ILogger logger, string server, Exception error);

    [LoggerMessage(2202, LogLevel.Warning, "Server '{Server}': the handler of {Method} failed, and the server was told so; further failures of it are logged as debug")]
    public static partial void RequestHandlerFailed(this ILogger logger, string server, string method, Exception error);

    [LoggerMessage(2203, LogLevel.Error, "Server '{Server}': a message could not be handed over")]
    public static partial void MessageFailed(this ILogger logger, string server, Exception error);

    [LoggerMessage(2204, LogLevel.Debug, "Server '{Server}': the handler of {Method} failed again")]
    public static partial void RequestHandlerFailedAgain(this ILogger logger, string server, string method, Exception error);

    [LoggerMessage(2205, LogLevel.Warning, "Server '{Server}': a handler of {Method} failed; further failures are logged as debug")]
    public static partial void ReportHandlerFailed(this ILogger logger, string server, string method, Exception error);

    [LoggerMessage(2206, LogLevel.Debug, "Server '{Server}': no client could be opened for the handlers; the next start opens one")]
    public static partial void NoClientForHandlers(this ILogger logger, string server, Exception error);

    [LoggerMessage(2207, LogLevel.Debug, "Server '{Server}': a handler of {Method} failed again")]
    public static partial void ReportHandlerFailedAgain(this ILogger logger, string server, string method, Exception error);

    [LoggerMessage(2208, LogLevel.Warning, "Server '{Server}': the handlers of notifications are too slow; more than {Most} or {Bytes} bytes wait for them, and the oldest are lost")]
    public static partial void NotificationsLost(this ILogger logger, string server, int most, long bytes);

    [LoggerMessage(2209, LogLevel.Debug, "Server '{Server}': it said something that cannot be read")]
    public static partial void MessageUnreadable(this ILogger logger, string server, Exception error);
}
