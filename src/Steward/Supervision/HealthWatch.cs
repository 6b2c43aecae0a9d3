using Steward.Configuration;

namespace Steward.Supervision;

/// <summary>Probes one run at intervals and says what it finds. Ends with the run.</summary>
internal static class HealthWatch
{
    /// <summary>Never faults.</summary>
    public static async Task RunAsync(IServerRun server, int run, HealthPolicy policy, Action<Signal> post, TimeProvider time, CancellationToken ended)
    {
        if (policy.Interval == Timeout.InfiniteTimeSpan)
            return;
        using var timer = new PeriodicTimer(policy.Interval, time);
        var failures = 0;
        try
        {
            while (await timer.WaitForNextTickAsync(ended).ConfigureAwait(false))
            {
                var failure = await ProbeAsync(server, policy, time, ended).ConfigureAwait(false);
                failures = failure is null ? 0 : failures + 1;
                post(failure is null ? new Signal.ProbeSucceeded(run) : new Signal.ProbeFailed(run, failure, failures >= policy.FailureThreshold));
            }
        }
        catch (OperationCanceledException) when (ended.IsCancellationRequested)
        {
            // The run is over.
        }
    }

    /// <summary>What went wrong, or <see langword="null"/>.</summary>
    private static async Task<string?> ProbeAsync(IServerRun server, HealthPolicy policy, TimeProvider time, CancellationToken ended)
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
