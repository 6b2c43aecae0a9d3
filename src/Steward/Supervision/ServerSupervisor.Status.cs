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
            Signal.Redefined or Signal.Disabled or Signal.Enabled or Signal.Outdated or Signal.Woken => Described(_status),
            Signal.ProcessStarted started => _status with { Pid = started.Pid },
            Signal.FactsChanged changed => With(_status, changed.Facts),
            Signal.Connected when effect is Effect.BeginService => _status with { RunningSince = _tools.Time.GetUtcNow() },
            Signal.ProbeFailed failed when _status.State == ServerState.Running => _status with { LastError = failed.Reason },
            Signal.Lost lost when _status.State == ServerState.Running => _status with { LastError = lost.Reason },
            Signal.Idled when next == ServerState.Stopping => _status with { ConsecutiveFailures = 0 }, // it has done what was asked of it
            Signal.Rested when _status.State == ServerState.Restarting => _status with { ConsecutiveFailures = 0 },
            Signal.Rested { Facts: { } facts } => With(_status, facts),
            Signal.Proven when _status.State == ServerState.Running && _findings.ProbeFailure is null => _status with { ConsecutiveFailures = 0 },
            Signal.LaunchFailed failed => Over(failed.Exit, failed.Reason),
            Signal.Ended ended => Over(ended.End.Exit, ended.End.Reason),
            Signal.Predeceased gone => Over(gone.Exit, gone.Reason),
            _ => _status,
        };
        if (next is ServerState.Restarting or ServerState.Crashed or ServerState.FailedToStart && next != _status.State)
            status = status with { ConsecutiveFailures = failures };
        if (signal is Signal.RetryDue && effect is Effect.Launch)
            status = status with { Restarts = status.Restarts + 1 };
        else if (effect is Effect.Launch) // by request: the next failure is the first again
            status = status with { ConsecutiveFailures = 0, Restarts = 0, LastError = null, Update = null };
        if (next == ServerState.Running || (_status.State == ServerState.Running && next == ServerState.Stopping))
            status = Assessed(status);
        return next == ServerState.Restarting ? status : Clear(status);
    }

    private bool HasRun => _status.State is ServerState.Starting or ServerState.Running or ServerState.Stopping;

    private static ServerStatus Clear(ServerStatus status) => status.NextRetryAt is null ? status : status with { NextRetryAt = null };

    private ServerStatus Assessed(ServerStatus status) => status with { Health = _findings.Health, HealthReason = _findings.Reason };

    private static ServerStatus With(ServerStatus status, RunFacts facts) => status with
    {
        Transport = facts.Transport ?? status.Transport,
        Revision = facts.Revision,
        ServerName = facts.ServerName,
        ToolCount = facts.ToolCount,
        PromptCount = facts.PromptCount,
        ResourceCount = facts.ResourceCount,
        IsolationReason = facts.IsolationReason,
        SessionProcesses = facts.SessionProcesses,
        Instances = facts.Instances,
    };

    private ServerStatus Over(ProcessExit? exit, string reason) => _status with
    {
        Pid = null,
        RunningSince = null,
        Health = ServerHealth.Unknown,
        HealthReason = null,
        SessionProcesses = 0,
        Instances = null,
        LastExit = exit ?? _status.LastExit,
        LastError = _status.State == ServerState.Stopping ? _status.LastError : reason, // that a stop ended it is no error
    };
}
