using Steward.Configuration;
using Steward.Discovery.Clients;

namespace Steward.Discovery;

/// <summary>Tells whether a server that was found is managed already, whatever it is called there. What counts is its definition, not its id.</summary>
internal sealed class ManagedMatch
{
    private readonly Dictionary<string, string> _servers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _programs = new(StringComparer.Ordinal);

    /// <param name="managed">What is managed.</param>
    public ManagedMatch(IEnumerable<ServerConfig> managed)
    {
        foreach (var server in managed)
        {
            _servers.TryAdd(ServerFingerprint.Of(server), server.Id);
            foreach (var key in ProgramKey.OfManaged(server))
                _programs.TryAdd(key, server.Id);
        }
    }

    /// <summary>
    /// The id under which it is managed; null where it is not. An entry of a client's list is a whole definition, and another set
    /// of arguments is another server. All other sources find programs and packages: one of those is managed, too, where it is
    /// started in another version or with arguments that its user has chosen.
    /// </summary>
    public string? Find(DiscoveredServer server)
    {
        if (_servers.GetValueOrDefault(ServerFingerprint.Of(server.Config)) is { } same)
            return same;
        return server.IsEntry ? null : ProgramKey.OfFound(server).Select(key => _programs.GetValueOrDefault(key)).FirstOrDefault(id => id is not null);
    }
}
