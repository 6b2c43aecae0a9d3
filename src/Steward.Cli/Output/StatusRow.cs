using System.Globalization;
using Steward.Supervision;

namespace Steward.Cli.Output;

/// <summary>A server's status in the words of the table.</summary>
internal sealed record StatusRow(string Server, string Status, string Pid, string Revision, string Tools, string Uptime, string Restarts, string LastError)
{
    private const int LongestError = 200;

    public static IReadOnlyList<string> Headers { get; } = ["server", "status", "pid", "revision", "tools", "uptime", "restarts", "last error"];

    public ServerState State { get; private init; }

    public ServerHealth Health { get; private init; }

    public IReadOnlyList<string> Cells => [Server, Status, Pid, Revision, Tools, Uptime, Restarts, LastError];

    public static StatusRow From(ServerStatus status, DateTimeOffset now)
    {
        var running = status.State == ServerState.Running;
        return new StatusRow(
            SafeText.Line(status.Id),
            DescribeState(status, now),
            Text(status.Pid),
            SafeText.Line(status.Revision),
            running ? Text(status.ToolCount) : "",
            running && status.RunningSince is { } since ? Elapsed.Format(now - since) : "",
            Text(status.Restarts),
            SafeText.Line(status.LastError, LongestError))
        { State = status.State, Health = status.Health };
    }

    private static string DescribeState(ServerStatus status, DateTimeOffset now) => status switch
    {
        { State: ServerState.Running, Health: ServerHealth.Degraded or ServerHealth.Unhealthy } => $"{status.State} ({status.Health})",
        { State: ServerState.Restarting, NextRetryAt: { } at } when at > now => $"{status.State} in {Elapsed.Format(at - now + TimeSpan.FromSeconds(0.5))}",
        _ => status.State.ToString(),
    };

    private static string Text(int? number) => number?.ToString(CultureInfo.InvariantCulture) ?? "";
}
