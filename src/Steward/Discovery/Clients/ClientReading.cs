using Steward.Configuration;

namespace Steward.Discovery.Clients;

/// <summary>What one file of a client says.</summary>
/// <param name="Servers">Its servers.</param>
/// <param name="Problems">What is wrong in it, each with its place. An entry with a problem is no server, and harms no other entry.</param>
internal sealed record ClientReading(IReadOnlyList<DiscoveredServer> Servers, IReadOnlyList<ConfigProblem> Problems);
