namespace Steward.Discovery;

/// <summary>What somebody wants to know.</summary>
public sealed record DiscoveryRequest
{
    /// <summary>The sources to ask, by name.</summary>
    /// <value>Default: <see langword="null"/>, which means those of <see cref="ServerDiscovery.StandardSources"/>, and with a query those that search.</value>
    public IReadOnlyList<string>? Sources { get; init; }

    /// <summary>Only servers whose id, name, description or package have this text; letter case does not count.</summary>
    /// <value>Default: <see langword="null"/>, which means all.</value>
    public string? Query { get; init; }

    /// <summary>Whether to ask anew where a remembered answer would still do.</summary>
    public bool Refresh { get; init; }
}
