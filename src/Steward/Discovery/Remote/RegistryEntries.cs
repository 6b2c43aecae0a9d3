using System.Text.Json;
using Steward.Configuration;

namespace Steward.Discovery.Remote;

/// <summary>Makes servers of the entries of a registry, one for each way in which an entry's server can be had.</summary>
internal sealed class RegistryEntries(string source, DiscoveryContext context)
{
    private const int MostNamed = 5;

    // By name: a registry that lists every version lists the newest last.
    private readonly Dictionary<string, (RegistryEntry Entry, string Location)> _entries = new(StringComparer.Ordinal);
    private readonly HashSet<string> _ids = new(StringComparer.Ordinal);
    private readonly List<string> _unstartable = [];
    private readonly List<string> _problems = [];

    /// <summary>How many there are.</summary>
    public int Count => _entries.Count;

    public void Add(RegistryEntry entry, string location) => _entries[entry.Name] = (entry, location);

    /// <summary>The servers, in the order in which their names first came, and what is wrong.</summary>
    public DiscoveryResult ToResult(IEnumerable<string> problems)
    {
        var servers = _entries.Values.SelectMany(entry => Servers(entry.Entry, entry.Location)).ToList();
        if (_unstartable.Count > 0)
        {
            _problems.Add($"{_unstartable.Count} {(_unstartable.Count == 1 ? "entry" : "entries")} can be had only in a way in which Steward cannot start them (a bundle, or a program that opens a port of its own): "
                + $"{string.Join(", ", _unstartable.Take(MostNamed))}{(_unstartable.Count > MostNamed ? ", …" : "")}. Install such a server by hand and add its command.");
        }

        return new(servers, [.. problems, .. _problems]);
    }

    private List<DiscoveredServer> Servers(RegistryEntry entry, string location)
    {
        var ways = entry.Packages.Select(package => (Item: package, Read: (Reader)RegistryPackage.Read, Kind: package.Text("registryType", "registry_type", "registry_name") ?? "package"))
            .Concat(entry.Remotes.Select(remote => (Item: remote, Read: (Reader)RegistryRemote.Read, Kind: "remote")));
        var servers = new List<DiscoveredServer>();
        var refused = _problems.Count;
        foreach (var way in ways)
        {
            if (Server(entry, location, way.Item, way.Read, servers.Count == 0 ? null : way.Kind) is { } server)
                servers.Add(server);
        }

        if (servers.Count == 0 && _problems.Count == refused)
            _unstartable.Add(entry.Name);
        return servers;
    }

    private DiscoveredServer? Server(RegistryEntry entry, string location, JsonElement item, Reader read, string? kind)
    {
        var id = entry.SuggestId();
        if (kind is null && _ids.Contains(id))
            id = entry.LongId();
        var problems = new List<string>();
        if (entry.IsDeprecated)
            problems.Add($"It is deprecated{(entry.StatusMessage is { } message ? $": {message.TrimEnd('.')}" : "")}.");
        // The id is part of variables' names: it is settled before anything is read, and given back if nothing comes of it.
        id = DiscoveredId.Free(kind is null ? id : DiscoveredId.From($"{id}-{kind}"), _ids);
        if (read(item, id, context, problems) is not { } config)
        {
            _ids.Remove(id);
            return null;
        }

        if (DiscoveredConfig.ProblemOf(config) is { } refused)
        {
            _ids.Remove(id);
            _problems.Add($"{entry.Name} is left out: {refused}. Whoever publishes it has to mend that.");
            return null;
        }

        return new()
        {
            Id = id,
            Name = entry.Name,
            Description = entry.Description ?? entry.Title,
            Version = entry.Version,
            Config = config,
            Source = source,
            Location = location,
            IsDeprecated = entry.IsDeprecated,
            Problems = problems,
        };
    }

    private delegate ServerConfig? Reader(JsonElement item, string id, DiscoveryContext context, List<string> problems);
}
