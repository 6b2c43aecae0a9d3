using Steward.Processes;

namespace Steward.Supervision;

/// <content>What a signal changes in the status, beside the state.</content>
internal sealed partial class ServerSupervisor
{
    private ServerStatus Note(Signal signal, ServerState next, Effect effect, int failures)
    {
        var status = signal switch
        {
            Signal.ProcessStarted or Signal.FactsChanged when !HasRun => _status, // late word of a run that is over
            Signal.Redefined or Signal.Disabled or Signal.Enabled or Signal.Outdated => Described(_status),
            Signal.ProcessStarted started => _status with { Pid = started.Pid },
            Signal.FactsChanged changed => With(changed.Facts),
            Signal.Connected when effect is Effect.BeginService => _status with { RunningSince = _tools.Time.GetUtcNow() },
            Signal.ProbeSucceeded when _status.State == ServerState.Running => Healthy(),
            Signal.ProbeFailed failed when _status.State == ServerState.Running => _status with
            {
                Health = failed.ThresholdReached ? ServerHealth.Unhealthy : ServerHealth.Degraded,
                LastError = failed.Reason,
            },
            Signal.Lost lost when _status.State == ServerState.Running => _status with { LastError = lost.Reason },
            Signal.Proven when _status.State == ServerState.Running && !IsIll => _status with { ConsecutiveFailures = 0 },
            Signal.LaunchFailed failed => Over(failed.Exit, failed.Reason),
            Signal.Ended ended => Over(ended.End.Exit, ended.End.Reason),
            _ => _status,
        };
        if (next is ServerState.Restarting or ServerState.Crashed or ServerState.FailedToStart && next != _status.State)
            status = status with { ConsecutiveFailures = failures };
        if (signal is Signal.RetryDue && effect is Effect.Launch)
            status = status with { Restarts = status.Restarts + 1 };
        else if (effect is Effect.Launch or Effect.LaunchNow) // by request: the next failure is the first again
            status = status with { ConsecutiveFailures = 0, Restarts = 0, LastError = null };
        return next == ServerState.Restarting ? status : Clear(status);
    }

    private bool HasRun => _status.State is ServerState.Starting or ServerState.Running or ServerState.Stopping;

    private static ServerStatus Clear(ServerStatus status) => status.NextRetryAt is null ? status : status with { NextRetryAt = null };

    private ServerStatus Healthy() => _status.Health == ServerHealth.Healthy ? _status : _status with { Health = ServerHealth.Healthy };

    private ServerStatus With(RunFacts facts) => _status with
    {
        Transport = facts.Transport ?? _status.Transport,
        Revision = facts.Revision,
        ServerName = facts.ServerName,
        ToolCount = facts.ToolCount,
        PromptCount = facts.PromptCount,
        ResourceCount = facts.ResourceCount,
        IsolationReason = facts.IsolationReason,
        SessionProcesses = facts.SessionProcesses,
    };

    private ServerStatus Over(ProcessExit? exit, string reason) => _status with
    {
        Pid = null,
        RunningSince = null,
        Health = ServerHealth.Unknown,
        SessionProcesses = 0,
        LastExit = exit ?? _status.LastExit,
        LastError = _status.State == ServerState.Stopping ? _status.LastError : reason, // that a stop ended it is no error
    };
}
