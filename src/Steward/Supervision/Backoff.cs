using System.Numerics;
using Steward.Configuration;

namespace Steward.Supervision;

/// <summary>Turns a restart policy and a count of failures into a verdict and a wait. Pure, but for the dice.</summary>
/// <param name="policy">The policy.</param>
/// <param name="random">The dice.</param>
/// <param name="isRemote">
/// Whether the server is another machine's affair: that it cannot be reached says nothing of it. Whoever was without a network for ten minutes
/// gets it back by himself, so it is never given up for that.
/// </param>
internal sealed class Backoff(RestartPolicy policy, Random random, bool isRemote = false)
{
    // Between attempts that have no end there is a wait, also where the policy knows none.
    private static readonly TimeSpan LeastEndless = TimeSpan.FromSeconds(1);

    /// <summary>By the policy of a server.</summary>
    public static Backoff Of(ServerConfig server, Random random) => new(server.RestartPolicy, random, server.Transport != ServerTransport.Stdio);

    /// <summary>What the policy says after so many failures in a row.</summary>
    public FailureVerdict Judge(int consecutiveFailures, bool isPermanent) =>
        isPermanent ? FailureVerdict.GiveUp
        : policy.MaxRestartAttempts == 0 ? FailureVerdict.NeverRestart
        : consecutiveFailures > policy.MaxRestartAttempts && !isRemote ? FailureVerdict.GiveUp
        : FailureVerdict.Retry;

    /// <summary>How long to wait after the n-th failure in a row, n from 1.</summary>
    public TimeSpan Delay(int consecutiveFailures)
    {
        if (consecutiveFailures > policy.MaxRestartAttempts)
            return Jittered(Math.Max(policy.MaxDelay.TotalMilliseconds, LeastEndless.TotalMilliseconds));
        if (policy.InitialDelay == TimeSpan.Zero)
            return TimeSpan.Zero; // nought times what has grown beyond all bounds is no number
        var grown = policy.InitialDelay.TotalMilliseconds * Math.Pow(policy.BackoffMultiplier, consecutiveFailures - 1);
        return Jittered(Math.Min(grown, policy.MaxDelay.TotalMilliseconds));
    }

    /// <summary>Whether people are to be told of the n-th failure in a row: each that the policy counts, and of those without end the first, the second, the fourth and so on.</summary>
    public bool IsWorthTelling(int consecutiveFailures)
    {
        var beyond = consecutiveFailures - policy.MaxRestartAttempts;
        return beyond <= 0 || BitOperations.IsPow2(beyond);
    }

    private TimeSpan Jittered(double milliseconds) => TimeSpan.FromMilliseconds(milliseconds * (1 + policy.Jitter * (2 * random.NextDouble() - 1)));
}
