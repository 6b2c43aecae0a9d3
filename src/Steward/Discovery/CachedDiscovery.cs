namespace Steward.Discovery;

/// <summary>A remembered result.</summary>
/// <param name="Key">What was asked for: the name of the source, and the query where the source searches by itself.</param>
/// <param name="Result">What was found.</param>
/// <param name="DiscoveredAt">When it was found.</param>
/// <param name="ExpiresAt">From when on it counts as old.</param>
public sealed record CachedDiscovery(string Key, DiscoveryResult Result, DateTimeOffset DiscoveredAt, DateTimeOffset ExpiresAt);
