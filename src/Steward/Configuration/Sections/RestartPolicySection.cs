using Steward.Configuration.Keys;
using Steward.Configuration.Parsing;

namespace Steward.Configuration.Sections;

/// <summary>Reads <c>restartPolicy</c>.</summary>
internal static class RestartPolicySection
{
    private static readonly RestartPolicy Standard = new();

    private static readonly NumberKey<TimeSpan> InitialDelay = Number.Duration("initialDelayMs", Standard.InitialDelay, 0, Limits.DayMs,
        "The wait before the first restart. 0 restarts at once.");

    private static readonly NumberKey<TimeSpan> MaxDelay = Number.Duration("maxDelayMs", Standard.MaxDelay, 0, Limits.DayMs,
        "No wait is longer than this, but for the jitter.");

    private static readonly NumberKey<double> BackoffMultiplier = Number.Fraction("backoffMultiplier", Standard.BackoffMultiplier, 1, 100,
        "By what each wait is longer than the one before. 1 keeps them equal.");

    private static readonly NumberKey<int> MaxRestartAttempts = Number.Count("maxRestartAttempts", Standard.MaxRestartAttempts, 0, 1_000_000,
        "So many restarts in a row may fail; then the server is given up until somebody starts it. A remote server is tried on without end, after waits of maxDelayMs. 0 never restarts.");

    private static readonly NumberKey<TimeSpan> ResetAfter = Number.Duration("resetAfterMs", Standard.ResetAfter, 0, Limits.DayMs,
        "Running healthy for this long makes earlier failures forgotten.");

    private static readonly NumberKey<double> Jitter = Number.Fraction("jitter", Standard.Jitter, 0, 1,
        "Each wait is made up to this part longer or shorter, so that servers do not restart in step. 0.1 is ±10 %.");

    public static KeySet Keys { get; } = new("restartPolicy", [InitialDelay, MaxDelay, BackoffMultiplier, MaxRestartAttempts, ResetAfter, Jitter]);

    public static RestartPolicy Read(ConfigSection section, RestartPolicy inherited)
    {
        var policy = new RestartPolicy
        {
            InitialDelay = section.Read(InitialDelay, inherited.InitialDelay),
            MaxDelay = section.Read(MaxDelay, inherited.MaxDelay),
            BackoffMultiplier = section.Read(BackoffMultiplier, inherited.BackoffMultiplier),
            MaxRestartAttempts = section.Read(MaxRestartAttempts, inherited.MaxRestartAttempts),
            ResetAfter = section.Read(ResetAfter, inherited.ResetAfter),
            Jitter = section.Read(Jitter, inherited.Jitter),
        };
        if (policy.InitialDelay > policy.MaxDelay)
        {
            section.Warning(section.Has(InitialDelay) ? InitialDelay : MaxDelay,
                $"the first wait, {policy.InitialDelay.TotalMilliseconds} ms, is longer than the longest, {policy.MaxDelay.TotalMilliseconds} ms, which wins",
                "Raise maxDelayMs or lower initialDelayMs.");
        }

        return policy;
    }

    public static void Visit(IKeyVisitor visitor, RestartPolicy policy, RestartPolicy other)
    {
        visitor.Visit(InitialDelay, policy.InitialDelay, other.InitialDelay);
        visitor.Visit(MaxDelay, policy.MaxDelay, other.MaxDelay);
        visitor.Visit(BackoffMultiplier, policy.BackoffMultiplier, other.BackoffMultiplier);
        visitor.Visit(MaxRestartAttempts, policy.MaxRestartAttempts, other.MaxRestartAttempts);
        visitor.Visit(ResetAfter, policy.ResetAfter, other.ResetAfter);
        visitor.Visit(Jitter, policy.Jitter, other.Jitter);
    }
}
