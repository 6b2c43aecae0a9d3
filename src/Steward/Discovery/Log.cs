using Microsoft.Extensions.Logging;

namespace Steward.Discovery;

/// <summary>Every log line of discovery. Ids 2000-2099; never reuse a retired id.</summary>
internal static partial class Log
{
    [LoggerMessage(2000, LogLevel.Debug, "Source {Source} found {Count} servers")]
    public static partial void SourceAnswered(this ILogger logger, string source, int count);

    [LoggerMessage(2001, LogLevel.Warning, "Source {Source} failed: {Reason}")]
    public static partial void SourceFailed(this ILogger logger, string source, string reason);

    [LoggerMessage(2002, LogLevel.Error, "Source {Source} failed unexpectedly")]
    public static partial void SourceBroke(this ILogger logger, string source, Exception error);

    [LoggerMessage(2003, LogLevel.Warning, "What source {Source} found before cannot be read: it is asked anew")]
    public static partial void CacheUnreadable(this ILogger logger, string source, Exception error);

    [LoggerMessage(2004, LogLevel.Warning, "What source {Source} found cannot be kept: it is asked again next time")]
    public static partial void CacheUnwritable(this ILogger logger, string source, Exception error);

    [LoggerMessage(2005, LogLevel.Information, "{Count} servers can be added that were not there before: see 'steward discover'")]
    public static partial void ServersDiscovered(this ILogger logger, int count);

    [LoggerMessage(2006, LogLevel.Error, "The daemon does not look for servers by itself. {Reason} Mend 'sources' of the section 'discovery'")]
    public static partial void AutoDiscoveryImpossible(this ILogger logger, string reason);

    [LoggerMessage(2007, LogLevel.Error, "A look for servers that could be added failed; it is repeated at the next interval")]
    public static partial void LookFailed(this ILogger logger, Exception failure);
}
