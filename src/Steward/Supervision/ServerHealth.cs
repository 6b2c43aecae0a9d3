namespace Steward.Supervision;

/// <summary>How well a running server does its work: what probes, its lists and the calls of clients say of it.</summary>
public enum ServerHealth
{
    /// <summary>It does not run, or was not probed yet.</summary>
    Unknown,

    /// <summary>It answers, and nothing is known against it.</summary>
    Healthy,

    /// <summary>
    /// Something is wrong with it, as <see cref="ServerStatus.HealthReason"/> says, but nothing that a restart is the answer to: the last probe failed, but fewer in
    /// a row than the threshold; it offers less than before, is slow, or fails many calls.
    /// </summary>
    Degraded,

    /// <summary>As many probes in a row failed as the threshold allows; it is being restarted, unless monitoring is off.</summary>
    Unhealthy,
}
