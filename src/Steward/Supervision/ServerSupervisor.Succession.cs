using Steward.Configuration;

namespace Steward.Supervision;

/// <content>
/// Updates beside the running server: a second run, with a number of its own, takes the place of the first once it is ready. There are
/// never three, and two only from the launch of the new one to the end of the old one.
/// </content>
internal sealed partial class ServerSupervisor
{
    // Whose end is told once the status that knows of it is published.
    private readonly List<(Successor Successor, SuccessionResult Result)> _endings = [];

    // The other run, where there are two: the successor, one that was given up, or the one whose place was taken and that finishes its calls.
    private Task _beside = Task.CompletedTask;
    private Successor? _successor;

    /// <summary>What a signal of the successor is to the table.</summary>
    private Signal OfSuccessor(Successor successor, Signal signal)
    {
        switch (signal)
        {
            case Signal.ProcessStarted started:
                successor.Pid = started.Pid;
                successor.Progress = successor.Progress with { Pid = started.Pid };
                break;
            case Signal.FactsChanged changed:
                successor.Facts = changed.Facts;
                break;
            case Signal.Connected { Server.Ended: { IsCompleted: true } end }: // it is over, and cannot block: it never faults
                return NotReady(successor, new Signal.SuccessorFailed(signal.Run, end.Result.Description, end.Result.Exit));
            case Signal.Connected ready:
                successor.Progress = successor.Progress with
                {
                    State = ServerUpdateState.Done,
                    EndedAt = _tools.Time.GetUtcNow(),
                    Pid = null,
                    Changes = ready.Server.DifferenceFrom(_live!),
                };
                return new Signal.SuccessorReady(ready.Run, ready.Server) { CallProblem = ready.CallProblem };
            case Signal.LaunchFailed failed:
                return NotReady(successor, new Signal.SuccessorFailed(failed.Run, failed.Reason, failed.Exit));
        }

        return new Signal.Passed();
    }

    /// <summary>
    /// What a signal of the present run is to the table. Where another is being started beside it, its end is the other's beginning; and
    /// nothing counts as over before nothing else of the server is left.
    /// </summary>
    private Signal OfPresent(Signal signal)
    {
        var isRunning = _status.State == ServerState.Running;
        if (isRunning && _successor is not null)
        {
            return signal switch
            {
                Signal.Ended ended => new Signal.Predeceased(ended.Run, ended.End.Reason, ended.End.Exit),
                Signal.Lost lost => new Signal.Predeceased(lost.Run, lost.Reason, null),
                Signal.ProbeFailed { EndsRun: true } failed => new Signal.Predeceased(failed.Run, failed.Reason, null),
                _ => signal,
            };
        }

        if (_beside.IsCompleted || signal is not (Signal.Ended or Signal.LaunchFailed))
            return signal;
        _ = RepeatAsync(signal, _beside); // cannot fault
        return isRunning && signal is Signal.Ended over ? new Signal.Lost(over.Run, over.End.Reason) : new Signal.Passed();
    }

    private async Task RepeatAsync(Signal signal, Task beside)
    {
        await beside.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Post(signal);
    }

    private Signal.SuccessorFailed NotReady(Successor successor, Signal.SuccessorFailed failed)
    {
        var error = $"{failed.Reason.TrimEnd('.')}.{ServerUpdateException.Remedy(successor.Launched.Transport)}";
        successor.Progress = successor.Progress with { State = ServerUpdateState.Failed, EndedAt = _tools.Time.GetUtcNow(), Pid = null, Error = error };
        successor.Failed = _status with
        {
            State = ServerState.FailedToStart,
            Pid = null,
            RunningSince = null,
            Health = ServerHealth.Unknown,
            HealthReason = null,
            LastError = failed.Reason,
            Transport = successor.Launched.Transport,
            LastExit = failed.Exit ?? _status.LastExit,
            Update = successor.Progress,
        };
        return failed;
    }

    private void Succeed(Effect effect, Signal signal, ref ServerStatus status)
    {
        switch (effect)
        {
            case Effect.LaunchSuccessor:
                LaunchSuccessor((Signal.Superseded)signal);
                break;
            case Effect.SwitchOver:
                SwitchOver((Signal.SuccessorReady)signal, ref status);
                break;
            case Effect.DropSuccessor:
                _tools.Logger.UpdateFailed(Config.Id, _successor!.Progress.Error);
                End(SuccessionResult.Failed);
                _server.Next = null;
                break;
            case Effect.AdoptSuccessor:
                AdoptSuccessor(ref status);
                break;
        }
    }

    private void LaunchSuccessor(Signal.Superseded wanted)
    {
        if (_successor is { } other)
            _ = CancelAsync(other.GivenUp); // cannot fault; whoever waits for it waits for this one
        _server.Next = wanted.Config;
        _successor = new Successor(++_lastRun, wanted.Config, _server.MeantNext!, wanted.Done) { Progress = new ServerUpdate { StartedAt = _tools.Time.GetUtcNow() } };
        _beside = LaunchAsync(_successor.Run, _beside, _successor.GivenUp.Token, _successor.Launched);
        _tools.Logger.UpdateBegan(Config.Id);
    }

    /// <summary>From one moment to the next calls go to the new run; the old one takes no more, and ends when it has answered those it had.</summary>
    private void SwitchOver(Signal.SuccessorReady ready, ref ServerStatus status)
    {
        var (successor, last, before) = (_successor!, _live!, _status);
        _proof?.Dispose();
        (_run, _launched) = (successor.Run, successor.Launched);
        (_running, _beside) = (_beside, _running);
        End(SuccessionResult.Done);
        TakeOver(successor.Config);
        BeginService(ready.Server);
        // It has answered a probe; what was wrong with the call of that is not wrong with another call.
        var problem = Config.Health.Call == successor.Launched.Health.Call ? ready.CallProblem : null;
        _findings = new HealthFindings { IsAnswering = true, CallProblem = problem, Missing = successor.Facts?.Missing };
        _ = RetireAsync(last); // cannot fault
        status = Assessed(Described(status)) with
        {
            Update = successor.Progress,
            Transitions = before.Transitions + 1,
            Pid = successor.Pid,
            RunningSince = successor.Progress.EndedAt,
            ConsecutiveFailures = 0,
            Restarts = 0,
            LastError = null,
        };
        if (successor.Facts is { } facts) // what the gateway knows of isolation stays true of the server
            status = With(status, facts with { IsolationReason = before.IsolationReason, SessionProcesses = before.SessionProcesses });
        _tools.Logger.Updated(Config.Id, successor.Progress.Changes ?? "nothing");
    }

    /// <summary>The present run is of no use any more: the other one is the one that is being started, as after a failure, but without a wait.</summary>
    private void AdoptSuccessor(ref ServerStatus status)
    {
        var (successor, last) = (_successor!, _live!);
        (_run, _launched, _launch, _live) = (successor.Run, successor.Launched, successor.GivenUp, null);
        (_running, _beside) = (_beside, _running);
        End(SuccessionResult.Overtaken);
        TakeOver(successor.Config);
        _findings = new HealthFindings { Missing = successor.Facts?.Missing };
        if (!last.Ended.IsCompleted)
            _ = TerminateAsync(last); // cannot fault
        status = Described(status) with { Pid = successor.Pid };
        if (successor.Facts is { } facts)
            status = With(status, facts);
    }

    /// <summary>The successor is not wanted any more: it is ended, and nothing counts as over before it is.</summary>
    private void GiveUpSuccessor()
    {
        _ = CancelAsync(_successor!.GivenUp); // cannot fault
        End(SuccessionResult.Overtaken);
    }

    /// <summary>It is stopped in the midst of an update: what was last asked of it holds, though nothing has tried it.</summary>
    private void TakeOverUntried()
    {
        var config = _successor!.Config;
        GiveUpSuccessor();
        TakeOver(config);
    }

    private void TakeOver(ServerConfig config)
    {
        (_server.Config, _server.Next) = (config, null);
        _tools.Redefined();
        _backoff = Backoff.Of(Config, _tools.Random);
    }

    private void End(SuccessionResult result)
    {
        _endings.Add((_successor!, result));
        _successor = null;
    }

    /// <summary>Tells those who wait for an update how it has ended: the status knows of it by now.</summary>
    private void TellSuccessions()
    {
        foreach (var (successor, result) in _endings)
            successor.Done.TrySetResult(new SuccessionEnd(result, _status) { Failed = successor.Failed });
        _endings.Clear();
    }

    /// <summary>The status with what there is to say of an update beside the running server.</summary>
    private ServerStatus Marked(ServerStatus status) =>
        _successor is { } successor ? status with { Update = successor.Progress }
        : status.IsUpdating ? status with { Update = null }
        : status;

    /// <summary>Sees whether a new run answers as it should before it gets the place of the present one.</summary>
    /// <returns>What is wrong with the call that probes are to make: one that is defined wrongly is no fault of the new version.</returns>
    /// <exception cref="ServerLaunchException">It does not; nothing is left of it.</exception>
    private async Task<string?> ProveAsync(IServerRun server, ServerConfig config, CancellationToken aborted)
    {
        try
        {
            await server.WholeAsync(aborted).ConfigureAwait(false);
            var problem = await ProbeOnceAsync(server, config, aborted).ConfigureAwait(false);
            await _tools.Preparing(_server, server).WaitAsync(aborted).ConfigureAwait(false);
            return problem;
        }
        catch (Exception failure)
        {
            var hasEnded = server.Ended.IsCompleted;
            await TerminateAsync(server).ConfigureAwait(false);
            var end = await server.Ended.ConfigureAwait(false);
            await ReleaseAsync(server).ConfigureAwait(false);
            throw new ServerLaunchException(
                hasEnded ? $"Server '{config.Id}' ended right after its start: {end.Description}"
                : failure is ServerLaunchException ? failure.Message
                : $"Server '{config.Id}' shook hands, but failed its first health probe: {failure.Message}",
                exit: end.Exit, innerException: failure);
        }
    }

    private async Task<string?> ProbeOnceAsync(IServerRun server, ServerConfig config, CancellationToken aborted)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(aborted);
        var probe = new HealthProbe(server, config.Health, _tools.Time);
        var probing = AskAsync();
        if (await Task.WhenAny(probing, server.Ended).ConfigureAwait(false) != probing)
            await over.CancelAsync().ConfigureAwait(false);
        return await probing.ConfigureAwait(false);

        async Task<string?> AskAsync()
        {
            await probe.AskAsync(over.Token).ConfigureAwait(false);
            return await probe.CallAsync(over.Token).ConfigureAwait(false);
        }
    }

    private async Task RetireAsync(IServerRun server)
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding); // a run that blocks must not block the loop
        try
        {
            await server.RetireAsync(_force.Token).ConfigureAwait(false);
        }
        catch (Exception failure) // as at a stop: its end is awaited elsewhere
        {
            await ReleaseAsync(server).ConfigureAwait(false);
            _tools.Logger.StopFailed(Config.Id, failure);
        }
    }
}
