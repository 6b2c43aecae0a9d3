using Microsoft.Extensions.Logging;

namespace Steward.Server;

/// <summary>Every log line of the host and its API. Ids 1700-1799; never reuse a retired id.</summary>
internal static partial class Log
{
    [LoggerMessage(1700, LogLevel.Information, "Steward {Version} listens on {Url}")]
    public static partial void Listening(this ILogger logger, string version, string url);

    [LoggerMessage(1701, LogLevel.Information, "Steward stopped")]
    public static partial void Stopped(this ILogger logger);

    [LoggerMessage(1702, LogLevel.Warning, "Refused a request for the host '{Host}'")]
    public static partial void HostRefused(this ILogger logger, string host);

    [LoggerMessage(1703, LogLevel.Warning, "Refused a request of a page of '{Origin}'")]
    public static partial void OriginRefused(this ILogger logger, string origin);

    [LoggerMessage(1704, LogLevel.Error, "{Method} {Path} failed")]
    public static partial void RequestFailed(this ILogger logger, string method, string path, Exception error);

    [LoggerMessage(1705, LogLevel.Information, "A stop was asked for over the API")]
    public static partial void StopRequested(this ILogger logger);

    [LoggerMessage(1706, LogLevel.Warning, "{Problem}")]
    public static partial void ConfigurationWarning(this ILogger logger, string problem);

    [LoggerMessage(1708, LogLevel.Error, "The configuration cannot be used; the one before stays: {Problems}")]
    public static partial void ConfigurationUnusable(this ILogger logger, string problems);

    [LoggerMessage(1709, LogLevel.Information, "The configuration {File} is taken over: {Plan}")]
    public static partial void ConfigurationApplied(this ILogger logger, string file, string plan);

    [LoggerMessage(1710, LogLevel.Error, "{Server} is not as the configuration wants it: {Error}")]
    public static partial void ServerNotAsConfigured(this ILogger logger, string server, string error);

    [LoggerMessage(1711, LogLevel.Warning, "{Server}: {Warning}")]
    public static partial void ServerShadowed(this ILogger logger, string server, string warning);

    [LoggerMessage(1712, LogLevel.Critical, "The configuration {File} can be followed no more; please report this")]
    public static partial void FollowingFailed(this ILogger logger, string file, Exception failure);

    [LoggerMessage(1713, LogLevel.Warning, "What became of the configuration cannot be shown")]
    public static partial void TellingFailed(this ILogger logger, Exception failure);

    [LoggerMessage(1714, LogLevel.Error, "The configuration {File} could not be read again; please report this")]
    public static partial void ReloadFailed(this ILogger logger, string file, Exception failure);

    [LoggerMessage(1707, LogLevel.Information, "The SSE proxy listens on {Url}")]
    public static partial void ProxyListening(this ILogger logger, string url);
}
