namespace Steward.Discovery;

/// <summary>A source could not say anything at all: it is out of reach, or refused. What it said before stays remembered.</summary>
/// <param name="message">Names the place, what went wrong and the mend.</param>
/// <param name="innerException">What caused it.</param>
public sealed class DiscoveryException(string message, Exception? innerException = null) : Exception(message, innerException)
{
    /// <summary>Before when it makes no sense to ask again, where the source said so.</summary>
    public DateTimeOffset? RetryAfter { get; init; }
}
