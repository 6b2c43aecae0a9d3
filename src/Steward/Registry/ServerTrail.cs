using Steward.Supervision;

namespace Steward.Registry;

/// <summary>Makes history of the statuses of one server: a row for each connection, an event for each turn of its life.</summary>
internal sealed class ServerTrail(string server, IHistoryTable history, TimeProvider time)
{
    private ServerStatus? _last;
    private DateTimeOffset? _connectedAt;
    private bool _isRestart;

    /// <summary>What came next. Steps in between may have gone unseen.</summary>
    public void Follow(ServerStatus next)
    {
        var last = _last;
        _last = next;
        if (next is { State: ServerState.Running, RunningSince: { } since })
            FollowRun(next, since, last);
        else if (last is null || next.State != last.State || next.Since != last.Since)
            FollowState(next, last);
    }

    /// <summary>The server is not managed any more.</summary>
    public void End()
    {
        if (_connectedAt is not null)
            history.Disconnected(server, time.GetUtcNow(), ConnectionOutcome.Stopped, null);
        _connectedAt = null;
    }

    private void FollowRun(ServerStatus next, DateTimeOffset since, ServerStatus? last)
    {
        if (next.Update is { State: ServerUpdateState.Failed } failed && failed != last?.Update && last is not null)
            Record(LifecycleEventKind.UpdateFailed, failed.EndedAt ?? time.GetUtcNow(), failed.Error);
        if (since != _connectedAt)
        {
            var isUpdate = _connectedAt is not null && next.Update is { State: ServerUpdateState.Done, EndedAt: { } at } && at == since;
            if (isUpdate)
                history.Disconnected(server, since, ConnectionOutcome.Stopped, null);
            _isRestart |= _connectedAt is not null || next.Restarts > 0;
            history.Connected(server, since);
            Record(isUpdate ? LifecycleEventKind.Updated : _isRestart ? LifecycleEventKind.Restarted : LifecycleEventKind.Started, since, Describe(next));
            (_connectedAt, _isRestart) = (since, false);
            last = null;
        }

        // That a server is found healthy for the first time is no change.
        if (next.Health is not ServerHealth.Unknown && (last?.Health ?? ServerHealth.Unknown) is var before && before != next.Health
            && (before, next.Health) is not (ServerHealth.Unknown, ServerHealth.Healthy))
            Record(LifecycleEventKind.HealthChanged, time.GetUtcNow(), next.Health == ServerHealth.Healthy ? "Healthy" : $"{next.Health}: {next.HealthReason}");
    }

    private void FollowState(ServerStatus next, ServerStatus? last)
    {
        switch (next.State)
        {
            case ServerState.Stopping:
                break; // it is connected until that is over
            case ServerState.Starting:
                // Straight from a stop, because a restart was asked for.
                _isRestart |= Disconnect(next, ConnectionOutcome.Stopped, null);
                break;
            case ServerState.Stopped or ServerState.Disabled:
                Disconnect(next, ConnectionOutcome.Stopped, null);
                if (last is not null and not { State: ServerState.Stopped or ServerState.Disabled })
                    Record(LifecycleEventKind.Stopped, next.Since, next.StartsOnCall ? "Nobody used it: the next call starts it" : null);
                break;
            case ServerState.Restarting or ServerState.Crashed or ServerState.FailedToStart:
                FollowFailure(next, last);
                break;
        }
    }

    private void FollowFailure(ServerStatus next, ServerStatus? last)
    {
        if (Disconnect(next, ConnectionOutcome.Failed, next.LastError))
        {
            Record(LifecycleEventKind.Crashed, next.Since, next.LastError);
            if (next.State == ServerState.FailedToStart)
                Record(LifecycleEventKind.Failed, next.Since, $"{next.ConsecutiveFailures} failures in a row: it is not started again");
        }
        else if (last is not null)
        {
            history.NotConnected(server, next.Since, next.LastError);
            Record(LifecycleEventKind.Failed, next.Since, next.LastError);
        }
    }

    private bool Disconnect(ServerStatus next, ConnectionOutcome outcome, string? error)
    {
        if (_connectedAt is null)
            return false;
        history.Disconnected(server, next.Since, outcome, error);
        _connectedAt = null;
        return true;
    }

    private void Record(LifecycleEventKind kind, DateTimeOffset at, string? detail) => history.Record(new LifecycleEvent(server, kind, at, detail));

    private static string Describe(ServerStatus status)
    {
        var offers = $"{status.ToolCount} tools, {status.PromptCount} prompts, {status.ResourceCount} resources";
        var who = status.ServerName is { } name ? $"{name}, " : "";
        return $"{who}{(status.Revision is { } revision ? $"revision {revision}, " : "")}{offers}{(status.Pid is { } pid ? $", pid {pid}" : "")}";
    }
}
