using System.Globalization;
using Steward.Supervision;

namespace Steward.Cli.Output;

/// <summary>A server's status in the words of the table.</summary>
internal sealed record StatusRow(string Server, string Status, string Pid, string Revision, string Tools, string Uptime, string Restarts, string Cpu, string Memory, string LastError)
{
    private const int LongestError = 200;
    private const double MiB = 1024 * 1024;

    public static IReadOnlyList<string> Headers { get; } = ["server", "status", "pid", "revision", "tools", "uptime", "restarts", "cpu", "memory", "last error"];

    public ServerState State { get; private init; }

    public ServerHealth Health { get; private init; }

    public IReadOnlyList<string> Cells => [Server, Status, Pid, Revision, Tools, Uptime, Restarts, Cpu, Memory, LastError];

    public static StatusRow From(ServerStatus status, DateTimeOffset now)
    {
        var running = status.State == ServerState.Running;
        return new StatusRow(
            SafeText.Line(status.Id),
            DescribeState(status, now),
            Text(status.Pid),
            SafeText.Line(status.Revision),
            running || status.StartsOnCall ? Text(status.ToolCount) : "",
            running && status.RunningSince is { } since ? Elapsed.Format(now - since) : "",
            Text(status.Restarts),
            status.Resources is { } taken ? string.Create(CultureInfo.InvariantCulture, $"{taken.CpuPercent:0.#} %") : "",
            status.Resources is { } resident ? string.Create(CultureInfo.InvariantCulture, $"{resident.MemoryBytes / MiB:0} MiB") : "",
            SafeText.Line(ProblemOf(status), LongestError))
        { State = status.State, Health = status.Health };
    }

    private static string DescribeState(ServerStatus status, DateTimeOffset now) => status switch
    {
        { State: ServerState.Running, Health: ServerHealth.Degraded or ServerHealth.Unhealthy } => $"{status.State} ({status.Health})",
        { State: ServerState.Restarting, NextRetryAt: { } at } when at > now => $"{status.State} in {Elapsed.Format(at - now + TimeSpan.FromSeconds(0.5))}{Loop(status)}",
        { IsCrashLooping: true } => $"{status.State}{Loop(status)}",
        { StartsOnCall: true, State: ServerState.Stopped } => $"{status.State} (starts on first call)",
        _ => status.State.ToString(),
    };

    /// <summary>Of one that runs, what is wrong now says more than what was wrong last.</summary>
    private static string? ProblemOf(ServerStatus status) => status.State == ServerState.Running ? status.HealthReason ?? status.LastError : status.LastError;

    private static string Loop(ServerStatus status) => status.IsCrashLooping ? $" (crash loop, {status.ConsecutiveFailures} failures)" : "";

    private static string Text(int? number) => number?.ToString(CultureInfo.InvariantCulture) ?? "";
}
