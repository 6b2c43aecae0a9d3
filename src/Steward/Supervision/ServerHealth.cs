namespace Steward.Supervision;

/// <summary>What the probes of a running server say.</summary>
public enum ServerHealth
{
    /// <summary>It does not run, or was not probed yet.</summary>
    Unknown,

    /// <summary>It answers.</summary>
    Healthy,

    /// <summary>The last probe failed, but fewer in a row than the threshold.</summary>
    Degraded,

    /// <summary>As many probes in a row failed as the threshold allows; it is being restarted, unless monitoring is off.</summary>
    Unhealthy,
}
