using Steward.Configuration;

namespace Steward.Supervision;

/// <summary>Probes one run, at intervals and when it is asked to, and says what it finds. What the findings add up to is for others to say.</summary>
/// <param name="server">The run.</param>
/// <param name="run">Its number.</param>
/// <param name="policy">How it is probed.</param>
/// <param name="post">Hears of each finding.</param>
/// <param name="time">The clock.</param>
/// <param name="ended">Fires when the run is over, or is to be probed in another way.</param>
internal sealed class HealthWatch(IServerRun server, int run, HealthPolicy policy, Action<Signal> post, TimeProvider time, CancellationToken ended)
{
    /// <summary>Probes at intervals. Never faults.</summary>
    /// <param name="isOn">Whether it is probed at intervals at all now.</param>
    public async Task RunAsync(Func<bool> isOn)
    {
        if (policy.Interval == Timeout.InfiniteTimeSpan)
            return;
        using var timer = new PeriodicTimer(policy.Interval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(ended).ConfigureAwait(false))
            {
                if (isOn())
                    await CheckAsync(CancellationToken.None).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (ended.IsCancellationRequested)
        {
            // The run is over.
        }
    }

    /// <summary>Probes now. What it finds counts as what is found at intervals does.</summary>
    /// <returns>Whether there is a finding: not where the run was over first.</returns>
    /// <exception cref="OperationCanceledException">It was given up.</exception>
    public async Task<bool> CheckAsync(CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(policy.Timeout, time);
        using var any = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, ended, cancellationToken);
        try
        {
            await server.ProbeAsync(any.Token).ConfigureAwait(false);
            post(new Signal.ProbeSucceeded(run));
        }
        catch (Exception failure) // any failure is a finding, whatever its type
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (ended.IsCancellationRequested)
                return false; // but not one that the end of the run has caused
            post(new Signal.ProbeFailed(run, failure is OperationCanceledException
                ? $"no answer to a health probe within {policy.Timeout.TotalSeconds:0.###} s (health.timeoutMs)"
                : failure.Message));
        }

        return true;
    }
}
