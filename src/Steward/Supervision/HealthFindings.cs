namespace Steward.Supervision;

/// <summary>All that is known of the health of a run, and what it adds up to. Immutable.</summary>
internal sealed record HealthFindings
{
    public static HealthFindings None { get; } = new();

    /// <summary>Whether the last probe was answered.</summary>
    public bool IsAnswering { get; init; }

    /// <summary>How the last probe failed, where it did.</summary>
    public string? ProbeFailure { get; init; }

    /// <summary>Whether as many probes in a row failed as make a server unhealthy.</summary>
    public bool IsThresholdReached { get; init; }

    /// <summary>What is wrong with the call that probes are to make, where that is not the server's fault.</summary>
    public string? CallProblem { get; init; }

    /// <summary>What is missing of what the server offered before, or of the processes that it is to have.</summary>
    public string? Missing { get; init; }

    /// <summary>That it is slow.</summary>
    public string? Slowness { get; init; }

    /// <summary>That it fails calls.</summary>
    public string? Errors { get; init; }

    public ServerHealth Health =>
        IsThresholdReached ? ServerHealth.Unhealthy
        : Reason is not null ? ServerHealth.Degraded
        : IsAnswering ? ServerHealth.Healthy
        : ServerHealth.Unknown;

    /// <summary>Why it is not healthy, the worst first; <see langword="null"/> where nothing is known against it.</summary>
    public string? Reason => (ProbeFailure, CallProblem, Missing, Slowness, Errors) switch
    {
        (null, null, null, null, null) => null,
        var (probe, call, missing, slow, errors) => string.Join("; ", new[] { probe, call, missing, slow, errors }.Where(reason => reason is not null)),
    };
}
