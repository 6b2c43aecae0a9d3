using Microsoft.Extensions.Logging;

namespace Steward.Supervision;

/// <summary>Every log line of this folder. Ids 1300-1399; never reuse a retired id (1301).</summary>
internal static partial class Log
{
    [LoggerMessage(1300, LogLevel.Information, "{Server} is {State}")]
    public static partial void StateChanged(this ILogger logger, string server, ServerState state);

    [LoggerMessage(1302, LogLevel.Error, "Stopping {Server} went wrong")]
    public static partial void StopFailed(this ILogger logger, string server, Exception exception);

    [LoggerMessage(1303, LogLevel.Error, "What {Server} held could not be released")]
    public static partial void ReleaseFailed(this ILogger logger, string server, Exception exception);

    [LoggerMessage(1304, LogLevel.Error, "{Server} has not ended within {Bound}; giving up waiting for it")]
    public static partial void StopOverdue(this ILogger logger, string server, TimeSpan bound);

    [LoggerMessage(1305, LogLevel.Warning, "{Server} failed, {Failures} in a row: {Error} It is started again at {NextRetryAt:O}")]
    public static partial void RetryArmed(this ILogger logger, string server, int failures, string? error, DateTimeOffset? nextRetryAt);

    [LoggerMessage(1318, LogLevel.Warning, "{Server} is {Health}: {Reason}")]
    public static partial void HealthWorse(this ILogger logger, string server, ServerHealth health, string? reason);

    [LoggerMessage(1319, LogLevel.Information, "{Server} is healthy again")]
    public static partial void HealthBack(this ILogger logger, string server);

    [LoggerMessage(1320, LogLevel.Error, "Not all that belongs to {Server}, which is removed, could be let go; please report this")]
    public static partial void RemovalFailed(this ILogger logger, string server, Exception exception);

    [LoggerMessage(1321, LogLevel.Error, "The watch over {Server} broke, which counts as the end of its run; please report this")]
    public static partial void RunBroken(this ILogger logger, string server, Exception exception);

    [LoggerMessage(1322, LogLevel.Debug, "{Server} is {State}, as often before; {Failures} failures in a row: {Error}")]
    public static partial void StillTried(this ILogger logger, string server, ServerState state, int failures, string? error);

    [LoggerMessage(1306, LogLevel.Error, "{Server} is given up, {Failures} failures in a row: {Error} It stays down until somebody starts it: 'steward start {Server}'")]
    public static partial void GivenUp(this ILogger logger, string server, int failures, string? error);

    [LoggerMessage(1307, LogLevel.Error, "{Server} failed and its policy knows no restarts: {Error} It stays down until somebody starts it: 'steward start {Server}'")]
    public static partial void NotRestarted(this ILogger logger, string server, string? error);

    [LoggerMessage(1308, LogLevel.Critical, "{Server}: {Signal} could not be handled; please report this")]
    public static partial void SignalFailed(this ILogger logger, string server, string signal, Exception exception);

    [LoggerMessage(1309, LogLevel.Error, "{Server}: a callback of a cancellation went wrong")]
    public static partial void CancellationFailed(this ILogger logger, string server, Exception exception);

    [LoggerMessage(1310, LogLevel.Error, "Starting {Server} went wrong in a way that nobody foresaw; please report this")]
    public static partial void LaunchBroken(this ILogger logger, string server, Exception exception);

    [LoggerMessage(1311, LogLevel.Warning, "{Server} did not come up by its new definition: {Error} It has its old one again, by which it is {State}")]
    public static partial void DefinitionPutBack(this ILogger logger, string server, string? error, ServerState state);

    [LoggerMessage(1312, LogLevel.Information, "{Server} is removed")]
    public static partial void Removed(this ILogger logger, string server);

    [LoggerMessage(1313, LogLevel.Information, "{Server} is being updated: its new version is started beside the one that runs")]
    public static partial void UpdateBegan(this ILogger logger, string server);

    [LoggerMessage(1314, LogLevel.Information, "{Server} is updated, and its new version has the calls; what it offers otherwise: {Changes}")]
    public static partial void Updated(this ILogger logger, string server, string changes);

    [LoggerMessage(1315, LogLevel.Warning, "{Server} is not updated, and the old version runs on: {Error}")]
    public static partial void UpdateFailed(this ILogger logger, string server, string? error);

    /// <summary>A sentence, for a message that goes on behind it.</summary>
    public static void DefinitionPutBack(this ILogger logger, ServerStatus failed, ServerStatus restored) =>
        logger.DefinitionPutBack(failed.Id, Sentence(failed.LastError), restored.State);

    /// <summary>A new state, as loudly as it deserves.</summary>
    public static void Report(this ILogger logger, ServerStatus status)
    {
        switch (status.State)
        {
            case ServerState.Restarting or ServerState.Starting when status.IsOldNews:
                logger.StillTried(status.Id, status.State, status.ConsecutiveFailures, status.LastError);
                break;
            case ServerState.Restarting:
                logger.RetryArmed(status.Id, status.ConsecutiveFailures, Sentence(status.LastError), status.NextRetryAt);
                break;
            case ServerState.FailedToStart:
                logger.GivenUp(status.Id, status.ConsecutiveFailures, Sentence(status.LastError));
                break;
            case ServerState.Crashed:
                logger.NotRestarted(status.Id, Sentence(status.LastError));
                break;
            default:
                logger.StateChanged(status.Id, status.State);
                break;
        }
    }

    private static string? Sentence(string? error) => error is null || error.EndsWith('.') ? error : $"{error}.";
}
