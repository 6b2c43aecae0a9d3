namespace Steward.Supervision;

/// <summary>Where a managed server stands in its life.</summary>
public enum ServerState
{
    /// <summary>Not running, because nobody asked for it or somebody stopped it.</summary>
    Stopped,

    /// <summary>Declared but switched off: it cannot be started until it is enabled.</summary>
    Disabled,

    /// <summary>The process is being started, or the handshake or the first listing is under way.</summary>
    Starting,

    /// <summary>The handshake is done and calls are routed to it.</summary>
    Running,

    /// <summary>It is being stopped: calls drain, then the process is ended.</summary>
    Stopping,

    /// <summary>It failed and waits for its next start, at <see cref="ServerStatus.NextRetryAt"/>; or a restart was asked for.</summary>
    Restarting,

    /// <summary>It ended by itself and its policy forbids a restart.</summary>
    Crashed,

    /// <summary>It failed too often, or cannot be started at all. Nothing happens until somebody starts it.</summary>
    FailedToStart,
}
