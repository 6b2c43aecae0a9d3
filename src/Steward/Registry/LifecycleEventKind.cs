namespace Steward.Registry;

/// <summary>What happened to a server.</summary>
public enum LifecycleEventKind
{
    /// <summary>It runs.</summary>
    Started,

    /// <summary>It was stopped on request.</summary>
    Stopped,

    /// <summary>A start failed, or it failed too often to be started again.</summary>
    Failed,

    /// <summary>It runs again after a failure, or because a restart was asked for.</summary>
    Restarted,

    /// <summary>It ended by itself, or no longer answered.</summary>
    Crashed,

    /// <summary>What its probes say has become another.</summary>
    HealthChanged,

    /// <summary>It was added.</summary>
    Added,

    /// <summary>It was removed.</summary>
    Removed,

    /// <summary>It was enabled.</summary>
    Enabled,

    /// <summary>It was disabled.</summary>
    Disabled,

    /// <summary>Its definition was changed, in the configuration file or in the registry: the detail has the keys.</summary>
    ConfigChanged,

    /// <summary>Its new version has taken the place of the one that ran, without a gap.</summary>
    Updated,

    /// <summary>Its new version did not become ready, and the one that ran runs on.</summary>
    UpdateFailed,
}
