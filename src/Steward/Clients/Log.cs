using Microsoft.Extensions.Logging;

namespace Steward.Clients;

/// <summary>Every log line of this folder. Ids 2200-2299; never reuse a retired id.</summary>
internal static partial class Log
{
    [LoggerMessage(2200, LogLevel.Warning, "A notification handler has not ended for {Seconds} s; what comes after is handed over without it")]
    public static partial void HandlerLeftBehind(this ILogger logger, double seconds);

    [LoggerMessage(2201, LogLevel.Warning, "A notification handler failed")]
    public static partial void HandlerFailed(this ILogger logger, Exception error);

    [LoggerMessage(2202, LogLevel.Warning, "Server '{Server}': the handler of {Method} failed; the server was told that it was declined")]
    public static partial void RequestHandlerFailed(this ILogger logger, string server, string method, Exception error);

    [LoggerMessage(2203, LogLevel.Error, "Server '{Server}': a message could not be handed over")]
    public static partial void MessageFailed(this ILogger logger, string server, Exception error);
}
