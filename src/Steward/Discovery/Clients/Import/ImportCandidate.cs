using Steward.Configuration;

namespace Steward.Discovery.Clients.Import;

/// <summary>A server that was found, and what adding it would mean.</summary>
/// <param name="Server">The server, under the id that it would get.</param>
/// <param name="ExistingId">The id under which Steward has it already; null where it is new.</param>
/// <param name="Missing">What its references need and is not there, such as <c>${env:KEY}</c>; it is added disabled then.</param>
internal sealed record ImportCandidate(DiscoveredServer Server, string? ExistingId, IReadOnlyList<string> Missing)
{
    public bool IsNew => ExistingId is null;

    /// <summary>The server as it is added.</summary>
    public ServerConfig Config => Missing.Count == 0 ? Server.Config : Server.Config with { Disabled = true };
}
