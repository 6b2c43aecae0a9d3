using Steward.Discovery.Remote;

namespace Steward.Configuration;

/// <summary>How Steward looks for servers that could be added.</summary>
public sealed record DiscoveryConfig
{
    /// <summary>The sources that are asked when none is named.</summary>
    /// <value>Default: empty, which means every source of this machine (<c>sources</c>).</value>
    public IReadOnlyList<string> Sources { get; init; } = [];

    /// <summary>Whether the daemon looks by itself, and tells of what is new.</summary>
    /// <value>Default: <see langword="false"/> (<c>auto</c>).</value>
    public bool Auto { get; init; }

    /// <summary>How often it does.</summary>
    /// <value>Default: 1 hour (<c>intervalMs</c>).</value>
    public TimeSpan Interval { get; init; } = TimeSpan.FromHours(1);

    /// <summary>How long the answer of a source on another machine counts as new.</summary>
    /// <value>Default: 1 hour (<c>cacheMs</c>).</value>
    public TimeSpan CacheFor { get; init; } = TimeSpan.FromHours(1);

    /// <summary>The address of the registry of servers.</summary>
    /// <value>Default: the official one (<c>registryUrl</c>).</value>
    public string RegistryUrl { get; init; } = OfficialAddresses.Registry;
}
