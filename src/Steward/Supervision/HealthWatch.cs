using Steward.Configuration;

namespace Steward.Supervision;

/// <summary>Probes one run, at intervals and when it is asked to, and says what it finds. Ends with the run.</summary>
/// <param name="server">The run.</param>
/// <param name="run">Its number.</param>
/// <param name="policy">How it is probed.</param>
/// <param name="isOn">Whether it is probed at intervals at all now.</param>
/// <param name="post">Hears of each finding.</param>
/// <param name="time">The clock.</param>
internal sealed class HealthWatch(IServerRun server, int run, HealthPolicy policy, Func<bool> isOn, Action<Signal> post, TimeProvider time)
{
    private readonly Lock _gate = new();
    private int _failures;

    /// <summary>Probes at intervals. Never faults.</summary>
    public async Task RunAsync(CancellationToken ended)
    {
        if (policy.Interval == Timeout.InfiniteTimeSpan)
            return;
        using var timer = new PeriodicTimer(policy.Interval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(ended).ConfigureAwait(false))
            {
                if (isOn())
                    await CheckAsync(ended).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (ended.IsCancellationRequested)
        {
            // The run is over.
        }
    }

    /// <summary>Probes now. What it finds counts as what is found at intervals does.</summary>
    /// <exception cref="OperationCanceledException">It was given up, or the run is over.</exception>
    public async Task CheckAsync(CancellationToken cancellationToken)
    {
        var failure = await ProbeAsync(cancellationToken).ConfigureAwait(false);
        lock (_gate)
        {
            _failures = failure is null ? 0 : _failures + 1;
            post(failure is null ? new Signal.ProbeSucceeded(run) : new Signal.ProbeFailed(run, failure, isOn() && _failures >= policy.FailureThreshold)); // never waits
        }
    }

    /// <summary>What went wrong, or <see langword="null"/>.</summary>
    private async Task<string?> ProbeAsync(CancellationToken ended)
    {
        using var timeout = new CancellationTokenSource(policy.Timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, ended);
        try
        {
            await server.ProbeAsync(either.Token).ConfigureAwait(false);
            return null;
        }
        catch (Exception failure) // any failure is a finding, whatever its type
        {
            ended.ThrowIfCancellationRequested(); // but not one that the end of the run has caused
            return failure is OperationCanceledException
                ? $"no answer to a health probe within {policy.Timeout.TotalSeconds:0.###} s (health.timeoutMs)"
                : failure.Message;
        }
    }
}
