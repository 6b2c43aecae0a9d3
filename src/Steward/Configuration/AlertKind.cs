namespace Steward.Configuration;

/// <summary>What an alert tells of a server.</summary>
public enum AlertKind
{
    /// <summary>It ended by itself or did not start, and will be started again.</summary>
    Crashed,

    /// <summary>It ended by itself or did not start, and will not be started again until somebody asks for it.</summary>
    Failed,

    /// <summary>It runs, but its health is <see cref="Supervision.ServerHealth.Unhealthy"/>.</summary>
    Unhealthy,

    /// <summary>It runs, but its health is <see cref="Supervision.ServerHealth.Degraded"/>.</summary>
    Degraded,

    /// <summary>It runs and is well, after an alert said otherwise.</summary>
    Recovered,
}
