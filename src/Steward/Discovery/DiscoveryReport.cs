namespace Steward.Discovery;

/// <summary>What all sources say.</summary>
/// <param name="Sources">A report for each source that was asked, in the order in which they were named.</param>
public sealed record DiscoveryReport(IReadOnlyList<SourceReport> Sources)
{
    /// <summary>Every server of every source.</summary>
    public IEnumerable<DiscoveredServer> Servers => Sources.SelectMany(source => source.Servers);
}
