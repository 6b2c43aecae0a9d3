using Microsoft.Extensions.Logging;

namespace Steward.Hosting;

/// <summary>Every log line of this folder. Ids 2400-2499; never reuse a retired id.</summary>
internal static partial class Log
{
    [LoggerMessage(2400, LogLevel.Information, "{File} has changed and is taken over:\n{Plan}")]
    public static partial void ConfigurationApplied(this ILogger logger, string file, string plan);

    [LoggerMessage(2401, LogLevel.Error, "The configuration is not used, the one before stays: {Problems}")]
    public static partial void ConfigurationUnusable(this ILogger logger, string problems);

    [LoggerMessage(2402, LogLevel.Error, "{File} is followed no more")]
    public static partial void FollowingFailed(this ILogger logger, string file, Exception failure);
}
