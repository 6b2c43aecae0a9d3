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

    /// <summary>Its definition in the registry was changed.</summary>
    Updated,

    /// <summary>It was enabled.</summary>
    Enabled,

    /// <summary>It was disabled.</summary>
    Disabled,

    /// <summary>Its declaration in the configuration file was changed.</summary>
    ConfigChanged,
}
