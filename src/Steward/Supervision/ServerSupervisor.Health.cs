using Steward.Configuration;

namespace Steward.Supervision;

/// <content>Health: who probes and counts, and what the findings add up to.</content>
internal sealed partial class ServerSupervisor
{
    // How often the figures of calls are looked at: often enough for people, and next to nothing for hundreds of servers.
    private static readonly TimeSpan JudgingInterval = TimeSpan.FromSeconds(10);

    private CancellationTokenSource? _service;
    private HealthWatch? _watch; // written by the loop, read by whoever wants to know now
    private ITimer? _judging;
    private HealthFindings _findings = HealthFindings.None;
    private int _failedProbes; // in a row
    private int _watchedFailures; // the same since the server is watched: what fails while nobody watches restarts nothing later

    private bool IsIll => _status.Health is ServerHealth.Degraded or ServerHealth.Unhealthy;

    /// <summary>Probes the server now, if it runs; its status knows of it when the task completes.</summary>
    /// <returns>How the probe failed; <see langword="null"/> where it did not, or where there is nothing to be probed.</returns>
    /// <exception cref="OperationCanceledException">It was given up.</exception>
    public async Task<string?> CheckHealthAsync(CancellationToken cancellationToken)
    {
        if (Volatile.Read(ref _watch) is not { } watch)
            return null;
        var finding = await watch.CheckAsync(cancellationToken).ConfigureAwait(false);
        // Another has taken its place where the server is to be probed in another way from now on.
        if (finding is null && Volatile.Read(ref _watch) is { } next && next != watch)
            finding = await next.CheckAsync(cancellationToken).ConfigureAwait(false);
        await PassAsync().WaitAsync(cancellationToken).ConfigureAwait(false);
        return (finding as Signal.ProbeFailed)?.Reason;
    }

    /// <summary>Probes begin, or end, and with them restarts after failures.</summary>
    public void Watch(bool isOn) => Post(isOn ? new Signal.Watched() : new Signal.Unwatched());

    /// <summary>Begins to probe, in place of whatever probed before.</summary>
    private void WatchHealth(IServerRun server)
    {
        if (_service is not null)
            _ = CancelAsync(_service); // cannot fault
        _service = new CancellationTokenSource();
        (_failedProbes, _watchedFailures) = (0, 0);
        if (_findings.ProbeFailure is not null)
            _proof?.Change(Config.RestartPolicy.ResetAfter, Timeout.InfiniteTimeSpan); // it stood still for that finding, which is dropped
        _findings = new HealthFindings { Missing = _findings.Missing };
        server.Calls.Expect(Config.Health.Latency);
        var watch = new HealthWatch(server, _run, Config.Health, Post, _tools, _service.Token) { IsRemote = Config.Transport != ServerTransport.Stdio };
        Volatile.Write(ref _watch, watch);
        if (!_tools.IsPart)
            _ = watch.RunAsync(); // cannot fault
        _judging?.Dispose();
        var due = new Signal.JudgingDue(_run);
        _judging = _tools.IsPart || Config.Health is { ErrorRate: 0, Latency: var latency } && latency == Timeout.InfiniteTimeSpan
            ? null
            : _tools.Time.CreateTimer(_ => Post(due), null, JudgingInterval, JudgingInterval);
    }

    private void UnwatchHealth()
    {
        if (_service is not null)
            _ = CancelAsync(_service); // cannot fault
        _judging?.Dispose();
        (_service, _judging, _findings) = (null, null, HealthFindings.None);
        Volatile.Write(ref _watch, null);
    }

    /// <summary>Says of a failed probe what it adds up to with those before it.</summary>
    private Signal.ProbeFailed Count(Signal.ProbeFailed failed)
    {
        _watchedFailures = _tools.Monitoring.IsOn ? _watchedFailures + 1 : 0;
        return failed with
        {
            ThresholdReached = ++_failedProbes >= Config.Health.FailureThreshold,
            EndsRun = _watchedFailures >= Config.Health.FailureThreshold,
        };
    }

    /// <summary>Takes over what a signal says of the health of the run.</summary>
    private void NoteHealth(Signal signal)
    {
        if (signal is Signal.ProbeSucceeded)
            _failedProbes = 0;
        if (signal is Signal.ProbeSucceeded or Signal.Watched or Signal.Unwatched)
            _watchedFailures = 0;
        if (_status.State != ServerState.Running)
        {
            if (signal is Signal.FactsChanged early && _status.State == ServerState.Starting)
                _findings = HealthFindings.None with { Missing = early.Facts.Missing };
            return;
        }

        KeepProof(signal);
        _findings = signal switch
        {
            Signal.ProbeSucceeded found => Judged() with { IsAnswering = true, ProbeFailure = null, IsThresholdReached = false, CallProblem = found.CallProblem },
            Signal.ProbeFailed failed => Judged() with { IsAnswering = false, ProbeFailure = failed.Reason, IsThresholdReached = failed.ThresholdReached },
            Signal.JudgingDue when _tools.Monitoring.IsOn => Judged(),
            Signal.FactsChanged changed => _findings with { Missing = changed.Facts.Missing },
            _ => _findings,
        };
    }

    private void ReportHealth(ServerHealth before)
    {
        if (_status.Health is ServerHealth.Degraded or ServerHealth.Unhealthy)
            _tools.Logger.HealthWorse(Config.Id, _status.Health, _status.HealthReason);
        else if (_status.Health == ServerHealth.Healthy && before is ServerHealth.Degraded or ServerHealth.Unhealthy)
            _tools.Logger.HealthBack(Config.Id);
    }

    private HealthFindings Judged()
    {
        if (_live is null || _tools.IsPart)
            return _findings;
        var figures = _live.Calls.Read();
        return _findings with
        {
            Slowness = CallJudge.Slowness(figures, Config.Health, _findings.Slowness is not null),
            Errors = CallJudge.Errors(figures, Config.Health, _findings.Errors is not null),
        };
    }

    /// <summary>It has to run and answer, not just run: the clock stands from a failed probe to the next answer, and begins anew.</summary>
    private void KeepProof(Signal signal)
    {
        if (signal is Signal.ProbeFailed)
            _proof?.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        else if (signal is Signal.ProbeSucceeded && _findings.ProbeFailure is not null)
            _proof?.Change(Config.RestartPolicy.ResetAfter, Timeout.InfiniteTimeSpan);
    }
}
