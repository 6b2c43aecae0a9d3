namespace Steward.Supervision;

/// <summary>What the restart policy says of one more failure.</summary>
internal enum FailureVerdict
{
    /// <summary>Try again after a wait.</summary>
    Retry,

    /// <summary>The policy knows no restarts.</summary>
    NeverRestart,

    /// <summary>It failed too often, or trying again cannot help.</summary>
    GiveUp,
}
