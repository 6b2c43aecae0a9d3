namespace Steward.Discovery;

/// <summary>A source could not say anything at all: it is out of reach, or refused. What it said before stays remembered.</summary>
public class DiscoveryException : Exception
{
    /// <summary>Says what went wrong.</summary>
    /// <param name="message">Names the place, what went wrong and the mend.</param>
    /// <param name="innerException">What caused it.</param>
    public DiscoveryException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }

    /// <summary>Before when it makes no sense to ask again, where the source said so.</summary>
    public DateTimeOffset? RetryAfter { get; init; }
}
