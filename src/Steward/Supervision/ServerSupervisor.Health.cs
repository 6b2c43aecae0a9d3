namespace Steward.Supervision;

/// <content>Probes: who makes them, and what their findings add up to.</content>
internal sealed partial class ServerSupervisor
{
    private CancellationTokenSource? _service;
    private HealthWatch? _watch; // written by the loop, read by whoever wants to know now
    private int _failedProbes; // in a row
    private int _watchedFailures; // the same since the server is watched: what fails while nobody watches restarts nothing later

    private bool IsIll => _status.Health is ServerHealth.Degraded or ServerHealth.Unhealthy;

    /// <summary>Probes the server now, if it runs; its status knows of it when the task completes.</summary>
    /// <exception cref="OperationCanceledException">It was given up.</exception>
    public async Task CheckHealthAsync(CancellationToken cancellationToken)
    {
        if (Volatile.Read(ref _watch) is not { } watch)
            return;
        // Another has taken its place where the server is to be probed in another way from now on.
        if (!await watch.CheckAsync(cancellationToken).ConfigureAwait(false) && Volatile.Read(ref _watch) is { } next && next != watch)
            await next.CheckAsync(cancellationToken).ConfigureAwait(false);
        await PassAsync().WaitAsync(cancellationToken).ConfigureAwait(false);
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
        var watch = new HealthWatch(server, _run, Config.Health, Post, _tools.Time, _service.Token);
        Volatile.Write(ref _watch, watch);
        _ = watch.RunAsync(() => _tools.Monitoring.IsOn); // cannot fault
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

    private void KeepCount(Signal signal)
    {
        if (signal is Signal.ProbeSucceeded)
            _failedProbes = 0;
        if (signal is Signal.ProbeSucceeded or Signal.Watched or Signal.Unwatched)
            _watchedFailures = 0;
    }

    /// <summary>It has to run healthy, not just run: the clock stands from a failed probe to the next answer, and begins anew.</summary>
    private void KeepProof(Signal signal)
    {
        if (signal is Signal.ProbeFailed)
            _proof?.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        else if (signal is Signal.ProbeSucceeded && IsIll)
            _proof?.Change(Config.RestartPolicy.ResetAfter, Timeout.InfiniteTimeSpan);
    }
}
