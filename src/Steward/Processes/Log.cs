using Microsoft.Extensions.Logging;

namespace Steward.Processes;

/// <summary>Every log line of this folder. Ids 1100-1199; never reuse a retired id.</summary>
internal static partial class Log
{
    [LoggerMessage(1100, LogLevel.Debug, "{Server}: process {Pid} started: {Command}")]
    public static partial void ProcessStarted(this ILogger logger, string server, int pid, string command);

    [LoggerMessage(1101, LogLevel.Debug, "{Server}: process {Pid} ended: {Exit}")]
    public static partial void ProcessEnded(this ILogger logger, string server, int pid, string exit);

    [LoggerMessage(1102, LogLevel.Warning, "{Server}: process {Pid} ignored end of input and SIGTERM for {Grace}; killing it")]
    public static partial void ProcessKilled(this ILogger logger, string server, int pid, TimeSpan grace);

    [LoggerMessage(1103, LogLevel.Error,
        "{Server}: process {Pid} does not end on SIGKILL: it hangs in the kernel, most often on a dead disk or network mount")]
    public static partial void ProcessUnkillable(this ILogger logger, string server, int pid);

    [LoggerMessage(1104, LogLevel.Debug, "Killed {Count} leftover processes")]
    public static partial void LeftoversKilled(this ILogger logger, int count);

    [LoggerMessage(1105, LogLevel.Error, "Leftover processes do not end on SIGKILL: {Pids}")]
    public static partial void LeftoversSurvived(this ILogger logger, string pids);

    [LoggerMessage(1106, LogLevel.Warning,
        "Children may outlive a killed daemon: {Missing} did not work here. Install util-linux to close the gap")]
    public static partial void LaunchChainDegraded(this ILogger logger, string missing);

    [LoggerMessage(1107, LogLevel.Warning, "{Server}: log file {Path} cannot be written ({Reason}); keeping lines in memory only")]
    public static partial void LogFileFailed(this ILogger logger, string server, string path, string reason);

    [LoggerMessage(1108, LogLevel.Information, "{Server}: log file {Path} is written again")]
    public static partial void LogFileRecovered(this ILogger logger, string server, string path);

    [LoggerMessage(1109, LogLevel.Warning, "Cannot note process {Pid} in {Path} ({Reason}): a crash of the daemon may orphan it")]
    public static partial void LedgerFailed(this ILogger logger, int pid, string path, string reason);

    [LoggerMessage(1110, LogLevel.Warning, "{Server}: ended what an earlier daemon left of process {Pid}")]
    public static partial void OrphanReaped(this ILogger logger, string server, int pid);

    [LoggerMessage(1111, LogLevel.Warning, "Process {Pid} could not be killed with all its children: {Reason}")]
    public static partial void KillFailed(this ILogger logger, int pid, string reason);

    [LoggerMessage(1112, LogLevel.Error, "{Server}: could not look for what process {Pid} left behind")]
    public static partial void SweepFailed(this ILogger logger, Exception exception, string server, int pid);

    [LoggerMessage(1113, LogLevel.Warning, "{Server}: stopCommand of run {Run} failed, and what it is to end may live on: {Reason}")]
    public static partial void StopCommandFailed(this ILogger logger, string server, string run, string reason);

    [LoggerMessage(1114, LogLevel.Warning, "{Server}: the stopCommand of process {Pid}, which an earlier daemon left, cannot be read and is not run: {Reason}")]
    public static partial void StopCommandUnreadable(this ILogger logger, string server, int pid, string reason);

    [LoggerMessage(1115, LogLevel.Warning, "{Server}: nobody keeps the limit {Limit}")]
    public static partial void LimitNotEnforced(this ILogger logger, string server, string limit);

    [LoggerMessage(1116, LogLevel.Information, "{Server}: a limit is kept by a look every second, not by the kernel. {Limit}")]
    public static partial void LimitWatched(this ILogger logger, string server, string limit);

    [LoggerMessage(1117, LogLevel.Warning, "{Server}: process {Pid} had come to a limit: {Limit}")]
    public static partial void LimitReached(this ILogger logger, string server, int pid, string limit);
}
