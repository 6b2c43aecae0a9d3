namespace Steward.Cli.Stdio;

/// <summary>No daemon lets us in now.</summary>
internal sealed class DaemonUnreachableException(string reason, bool isFinal) : Exception(reason)
{
    /// <summary>Whether the daemon said so itself: waiting will hardly help.</summary>
    public bool IsFinal { get; } = isFinal;
}
