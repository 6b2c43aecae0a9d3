using Steward.Configuration;

namespace Steward.Registry;

/// <summary>What the store holds of servers, in memory, beside what the file says of them. The store is written first; then this.</summary>
internal sealed class RegisteredSet
{
    private readonly Lock _gate = new();
    private readonly OrderedDictionary<string, RegisteredServer> _servers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, UnreadableServer> _unreadable = new(StringComparer.Ordinal);
    private readonly Dictionary<string, bool> _overrides = new(StringComparer.Ordinal);
    private readonly HashSet<string> _leaving = new(StringComparer.Ordinal);
    private Dictionary<string, bool> _declared = new(StringComparer.Ordinal);

    /// <summary>Servers whose definitions cannot be opened.</summary>
    public IReadOnlyList<UnreadableServer> Unreadable
    {
        get
        {
            lock (_gate)
                return [.. _unreadable.Values];
        }
    }

    /// <summary>The servers, in the order in which they were added.</summary>
    public IReadOnlyList<RegisteredServer> Servers
    {
        get
        {
            lock (_gate)
                return [.. _servers.Values];
        }
    }

    /// <summary>Takes in what the store holds. A server that is here already stays as it is.</summary>
    public void Fill(RegistryContent content)
    {
        lock (_gate)
        {
            foreach (var server in content.Servers)
                _servers.TryAdd(server.Config.Id, server);
            foreach (var server in content.Unreadable)
                _unreadable.TryAdd(server.Id, server);
            foreach (var (id, enabled) in content.Overrides)
                _overrides[id] = enabled;
        }
    }

    public RegisteredServer? Find(string id)
    {
        lock (_gate)
            return _servers.TryGetValue(id, out var server) ? server : null;
    }

    /// <summary>The server that is there again when the file lets go of its id: not one that is being removed.</summary>
    public RegisteredServer? FindLasting(string id)
    {
        lock (_gate)
            return !_leaving.Contains(id) && _servers.TryGetValue(id, out var server) ? server : null;
    }

    /// <summary>Whether there is a server of this id, readable or not.</summary>
    public bool Holds(string id)
    {
        lock (_gate)
            return _servers.ContainsKey(id) || _unreadable.ContainsKey(id);
    }

    public bool IsUnreadable(string id)
    {
        lock (_gate)
            return _unreadable.ContainsKey(id);
    }

    public bool? FindOverride(string id)
    {
        lock (_gate)
            return _overrides.TryGetValue(id, out var enabled) ? enabled : null;
    }

    public void Put(RegisteredServer server)
    {
        lock (_gate)
            _servers[server.Config.Id] = server;
    }

    /// <summary>It is being removed: it is listed until it has ended, but comes back in nobody's place.</summary>
    public void Leave(string id)
    {
        lock (_gate)
            _leaving.Add(id);
    }

    public void Remove(string id)
    {
        lock (_gate)
        {
            _leaving.Remove(id);
            _servers.Remove(id);
            _unreadable.Remove(id);
        }
    }

    public void Override(string id, bool? enabled)
    {
        lock (_gate)
        {
            if (enabled is { } value)
                _overrides[id] = value;
            else
                _overrides.Remove(id);
        }
    }

    /// <summary>Takes note of what the file says, before anything that was said against it.</summary>
    public void Declare(IEnumerable<ServerConfig> servers)
    {
        var declared = servers.ToDictionary(server => server.Id, server => !server.Disabled, StringComparer.Ordinal);
        lock (_gate)
            _declared = declared;
    }

    /// <summary>Whether the file has a server enabled; <see langword="null"/> where it does not declare it.</summary>
    public bool? FindDeclared(string id)
    {
        lock (_gate)
            return _declared.TryGetValue(id, out var enabled) ? enabled : null;
    }

    /// <summary>The servers of which something was said at run time that the file says by now as well.</summary>
    public IReadOnlyList<string> FindOvertaken()
    {
        lock (_gate)
            return [.. _overrides.Where(said => _declared.TryGetValue(said.Key, out var enabled) && enabled == said.Value).Select(said => said.Key)];
    }

    /// <summary>What a file declares, with what was said at run time of its servers.</summary>
    public StewardConfig Over(StewardConfig declared) => declared with
    {
        Servers = [.. declared.Servers.Select(server => FindOverride(server.Id) is { } enabled && server.Disabled == enabled ? server with { Disabled = !enabled } : server)],
    };
}
