using Steward.Configuration;

namespace Steward.Registry;

/// <summary>What the store holds of servers, in memory. The store is written first; then this.</summary>
internal sealed class RegisteredSet
{
    private readonly Lock _gate = new();
    private readonly OrderedDictionary<string, RegisteredServer> _servers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, UnreadableServer> _unreadable = new(StringComparer.Ordinal);
    private readonly Dictionary<string, bool> _overrides = new(StringComparer.Ordinal);

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

    /// <summary>Takes in what the store holds.</summary>
    public void Fill(RegistryContent content)
    {
        lock (_gate)
        {
            foreach (var server in content.Servers)
                _servers[server.Config.Id] = server;
            foreach (var server in content.Unreadable)
                _unreadable[server.Id] = server;
            foreach (var (id, enabled) in content.Overrides)
                _overrides[id] = enabled;
        }
    }

    public RegisteredServer? Find(string id)
    {
        lock (_gate)
            return _servers.TryGetValue(id, out var server) ? server : null;
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

    public void Remove(string id)
    {
        lock (_gate)
        {
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

    /// <summary>What a file declares, with what was said at run time of its servers.</summary>
    public StewardConfig Over(StewardConfig declared) => declared with
    {
        Servers = [.. declared.Servers.Select(server => FindOverride(server.Id) is { } enabled && server.Disabled == enabled ? server with { Disabled = !enabled } : server)],
    };
}
