using Steward.Configuration;

namespace Steward.Supervision;

/// <summary>Turns a restart policy and a count of failures into a verdict and a wait. Pure, but for the dice.</summary>
internal sealed class Backoff(RestartPolicy policy, Random random)
{
    /// <summary>What the policy says after so many failures in a row.</summary>
    public FailureVerdict Judge(int consecutiveFailures, bool isPermanent) =>
        isPermanent ? FailureVerdict.GiveUp
        : policy.MaxRestartAttempts == 0 ? FailureVerdict.NeverRestart
        : consecutiveFailures > policy.MaxRestartAttempts ? FailureVerdict.GiveUp
        : FailureVerdict.Retry;

    /// <summary>How long to wait after the n-th failure in a row, n from 1.</summary>
    public TimeSpan Delay(int consecutiveFailures)
    {
        if (policy.InitialDelay == TimeSpan.Zero)
            return TimeSpan.Zero; // nought times what has grown beyond all bounds is no number
        var grown = policy.InitialDelay.TotalMilliseconds * Math.Pow(policy.BackoffMultiplier, consecutiveFailures - 1);
        var capped = Math.Min(grown, policy.MaxDelay.TotalMilliseconds);
        var jitter = 1 + policy.Jitter * (2 * random.NextDouble() - 1);
        return TimeSpan.FromMilliseconds(capped * jitter);
    }
}
