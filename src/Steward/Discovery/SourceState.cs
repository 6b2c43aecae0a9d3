namespace Steward.Discovery;

/// <summary>How fresh a source's answer is.</summary>
public enum SourceState
{
    /// <summary>It was asked just now.</summary>
    Fresh,

    /// <summary>Remembered, and not old yet.</summary>
    Remembered,

    /// <summary>It was asked and failed; this is what it said before.</summary>
    Stale,

    /// <summary>It was asked and failed, and never said anything before.</summary>
    Failed,
}
