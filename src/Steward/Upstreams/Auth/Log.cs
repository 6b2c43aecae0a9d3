using Microsoft.Extensions.Logging;

namespace Steward.Upstreams.Auth;

/// <summary>Every log line of this folder. Ids 1280-1299; never reuse a retired id.</summary>
internal static partial class Log
{
    [LoggerMessage(1280, LogLevel.Warning, "The tokens of {Server} in {File} cannot be read by this key, or were changed; they are set aside, and a new login is needed")]
    public static partial void TokensSetAside(this ILogger logger, string server, string file);

    [LoggerMessage(1281, LogLevel.Warning, "The tokens of {Server} in {File} cannot be read: {Reason}")]
    public static partial void TokensUnreadable(this ILogger logger, string server, string file, string reason);

    [LoggerMessage(1282, LogLevel.Warning, "The tokens of {Server} cannot be kept and will be lost when the daemon ends: {Reason}")]
    public static partial void TokensNotKept(this ILogger logger, string server, string reason);

    [LoggerMessage(1283, LogLevel.Warning, "{File} holds no key; it is set aside, and what it sealed is lost")]
    public static partial void TokenKeySetAside(this ILogger logger, string file);

    [LoggerMessage(1284, LogLevel.Information, "{Server} has new tokens")]
    public static partial void TokensObtained(this ILogger logger, string server);

    [LoggerMessage(1285, LogLevel.Warning, "The tokens of {Server} could not be renewed before they expire: {Reason}")]
    public static partial void EarlyRenewalFailed(this ILogger logger, string server, string reason);

    [LoggerMessage(1286, LogLevel.Information, "{Server} needs a login")]
    public static partial void LoginNeeded(this ILogger logger, string server);

    [LoggerMessage(1287, LogLevel.Warning, "The login for {Server} failed: {Reason}")]
    public static partial void LoginFailed(this ILogger logger, string server, string reason);

    [LoggerMessage(1288, LogLevel.Information, "The tokens of {Server} were revoked")]
    public static partial void TokensRevoked(this ILogger logger, string server);

    [LoggerMessage(1289, LogLevel.Warning, "The tokens of {Server} are forgotten here, but could not be revoked, and are good until they expire: {Reason}")]
    public static partial void TokensNotRevoked(this ILogger logger, string server, string reason);
}
