namespace Steward.Discovery;

/// <summary>What there is to say of one source.</summary>
/// <param name="Source">The source's name.</param>
/// <param name="Description">What it is, in a few words.</param>
/// <param name="Servers">What it found, now or at <paramref name="DiscoveredAt"/>.</param>
/// <param name="Problems">What went wrong, a sentence each with the mend.</param>
/// <param name="DiscoveredAt">When it found this; <see langword="null"/> where it never said anything.</param>
/// <param name="State">How fresh this is.</param>
public sealed record SourceReport(
    string Source, string Description, IReadOnlyList<DiscoveredServer> Servers, IReadOnlyList<string> Problems, DateTimeOffset? DiscoveredAt, SourceState State);
