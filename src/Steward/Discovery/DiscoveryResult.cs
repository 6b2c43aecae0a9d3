namespace Steward.Discovery;

/// <summary>What one source found.</summary>
/// <param name="Servers">The servers, in the order of the source. Ids may occur again in other sources.</param>
/// <param name="Problems">What could not be read, a sentence each that names the place, the value and the mend. One bad file is a problem here and hides no other file.</param>
public sealed record DiscoveryResult(IReadOnlyList<DiscoveredServer> Servers, IReadOnlyList<string> Problems)
{
    /// <summary>Nothing found, and nothing in the way.</summary>
    public static DiscoveryResult Empty { get; } = new([], []);

    /// <summary>
    /// Whether this is all that the source has. False where it broke off midway; such a result is shown, but never replaces a
    /// complete one that is remembered.
    /// </summary>
    /// <value>Default: <see langword="true"/>.</value>
    public bool IsComplete { get; init; } = true;
}
