using Microsoft.Extensions.Logging;

namespace Steward.Gateway.Channels;

/// <summary>Every log line of this folder. Ids 1550-1569; never reuse a retired id.</summary>
internal static partial class Log
{
    [LoggerMessage(1550, LogLevel.Error, "{Method} failed")]
    public static partial void RequestFailed(this ILogger logger, string method, Exception error);
}
