extern alias library;

using library::Steward;
using library::Steward.Supervision;

namespace Steward.EndToEnd.Model;

/// <summary>Reads the feed of statuses, and objects to what cannot be.</summary>
internal sealed class StatusWatch
{
    private readonly Dictionary<string, ServerStatus> _last = new(StringComparer.Ordinal);
    private readonly Findings _findings;

    private StatusWatch(Findings findings) => _findings = findings;

    /// <summary>How many statuses came.</summary>
    public long Count { get; private set; }

    /// <summary>How many of them were a change of state.</summary>
    public long Transitions { get; private set; }

    /// <summary>Completes when the feed does.</summary>
    public Task Ended { get; private set; } = Task.CompletedTask;

    public static StatusWatch Begin(McpServerManager manager, Findings findings, CancellationToken cancellationToken)
    {
        var watch = new StatusWatch(findings);
        var statuses = manager.WatchAsync(cancellationToken);
        watch.Ended = Task.Run(() => watch.ReadAsync(statuses), cancellationToken);
        return watch;
    }

    private async Task ReadAsync(IAsyncEnumerable<ServerStatus> statuses)
    {
        await foreach (var status in statuses)
        {
            Count++;
            var before = _last.GetValueOrDefault(status.Id);
            _last[status.Id] = status;
            if (Objection(before, status) is { } objection)
                _findings.Add($"status {status.Version} of {status.Id}: {objection}");
        }
    }

    private string? Objection(ServerStatus? before, ServerStatus status)
    {
        if (before is not null && status.Version <= before.Version)
            return $"came after version {before.Version}";
        if (status.IsRemoved)
            return status.State is ServerState.Stopped or ServerState.Disabled ? null : $"removed while {status.State}";
        if (before is { IsRemoved: true } or null)
            return before is null || status.State is ServerState.Stopped or ServerState.Disabled ? null : $"came as {status.State}";

        // A slow reader may have missed steps in between; what follows its predecessor is a step.
        if (before.State != status.State)
            Transitions++;
        if (status.Version == before.Version + 1 && before.State != status.State && !LifecycleTable.Allows(before.State, status.State))
            return $"{before.State} to {status.State} is not in the table";
        return Objection(status);
    }

    private static string? Objection(ServerStatus status) => status switch
    {
        { NextRetryAt: not null, State: not ServerState.Restarting } => $"waits for a retry while {status.State}",
        { NextRetryAt: null, State: ServerState.Restarting } => "is to be started again, but nobody knows when",
        { Pid: not null, State: not (ServerState.Starting or ServerState.Running or ServerState.Stopping) } => $"has process {status.Pid} while {status.State}",
        { Pid: null, State: ServerState.Running } => "runs without a process",
        { RunningSince: null, State: ServerState.Running } => "runs since never",
        { RunningSince: not null, State: not (ServerState.Running or ServerState.Stopping) } => $"runs while {status.State}",
        _ => null,
    };
}
