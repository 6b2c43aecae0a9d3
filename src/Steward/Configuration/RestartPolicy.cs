namespace Steward.Configuration;

/// <summary>When and how often a failed server is started again.</summary>
public sealed record RestartPolicy
{
    /// <summary>Never restarts: what <c>null</c> means in the file.</summary>
    public static RestartPolicy Never { get; } = new() { MaxRestartAttempts = 0 };

    /// <summary>The wait before the first restart.</summary>
    /// <value>Default: 1 second (<c>initialDelayMs</c>), counted from when the server was ready: one that has run well for longer is started again at once. Zero restarts at once.</value>
    public TimeSpan InitialDelay { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>No wait is longer than this, but for the jitter.</summary>
    /// <value>Default: 30 seconds (<c>maxDelayMs</c>).</value>
    public TimeSpan MaxDelay { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>By what each wait is longer than the one before.</summary>
    /// <value>Default: 2.0 (<c>backoffMultiplier</c>); at least 1.</value>
    public double BackoffMultiplier { get; init; } = 2.0;

    /// <summary>
    /// So many consecutive restarts may fail; then the server is given up until somebody starts it. A remote server is tried on without end,
    /// after waits of <see cref="MaxDelay"/>, unless trying again cannot help.
    /// </summary>
    /// <value>Default: 10 (<c>maxRestartAttempts</c>). 0 never restarts.</value>
    public int MaxRestartAttempts { get; init; } = 10;

    /// <summary>Running healthy for this long makes earlier failures forgotten.</summary>
    /// <value>Default: 60 seconds (<c>resetAfterMs</c>).</value>
    public TimeSpan ResetAfter { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Each wait is made up to this part longer or shorter, so that servers do not restart in step.</summary>
    /// <value>Default: 0.1 (<c>jitter</c>), which is ±10 %; from 0 to 1.</value>
    public double Jitter { get; init; } = 0.1;
}
