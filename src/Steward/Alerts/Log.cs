using Microsoft.Extensions.Logging;

namespace Steward.Alerts;

/// <summary>Every log line of this folder. Ids 2500-2599; never reuse a retired id.</summary>
internal static partial class Log
{
    [LoggerMessage(2500, LogLevel.Error, "{Server}: could not decide whether to send an alert")]
    public static partial void StatusNotWeighed(this ILogger logger, string server, Exception exception);

    [LoggerMessage(2501, LogLevel.Warning, "{Server}: the alert '{Alert}' was not sent: too many were waiting, or Steward was stopped")]
    public static partial void AlertLost(this ILogger logger, string server, string alert);

    [LoggerMessage(2502, LogLevel.Warning, "{Server}: the {Way} of 'alerts' did not take '{Alert}': {Reason}")]
    public static partial void AlertFailed(this ILogger logger, string way, string server, string alert, string reason);
}
