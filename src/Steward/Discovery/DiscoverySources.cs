using Steward.Configuration;
using Steward.Discovery.Clients;
using Steward.Discovery.Local;
using Steward.Discovery.Remote;

namespace Steward.Discovery;

/// <summary>The sources that Steward brings along.</summary>
public static class DiscoverySources
{
    /// <summary>All sources, as they are configured. Sources of the form <c>github:org/repo</c> need not be among them: <see cref="ServerDiscovery"/> makes them by their names.</summary>
    /// <param name="config">How discovery is configured.</param>
    /// <param name="gateways">Where Steward's own gateways listen: what leads there is no server.</param>
    public static IReadOnlyList<IDiscoverySource> Create(DiscoveryConfig config, params IReadOnlyList<string> gateways) =>
    [
        new ClientConfigSource(gateways),
        new PathSource(),
        new NpmSource(),
        new PythonSource(),
        new DotnetSource(),
        new RegistrySource(new Uri(config.RegistryUrl)),
    ];
}
