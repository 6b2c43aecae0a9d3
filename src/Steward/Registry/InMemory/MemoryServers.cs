namespace Steward.Registry.InMemory;

/// <summary>The definitions in memory, in the order in which they were added.</summary>
internal sealed class MemoryServers : IServerTable
{
    private readonly Lock _gate = new();
    private readonly OrderedDictionary<string, RegisteredServer> _servers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, bool> _overrides = new(StringComparer.Ordinal);

    public Task<RegistryContent> ReadAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
            return Task.FromResult(new RegistryContent([.. _servers.Values], [], new Dictionary<string, bool>(_overrides, StringComparer.Ordinal)));
    }

    public Task<bool> AddAsync(RegisteredServer server, CancellationToken cancellationToken)
    {
        lock (_gate)
            return Task.FromResult(_servers.TryAdd(server.Config.Id, server));
    }

    public Task<bool> UpdateAsync(RegisteredServer server, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (!_servers.TryGetValue(server.Config.Id, out var known))
                return Task.FromResult(false);
            _servers[server.Config.Id] = server with { Created = known.Created };
            return Task.FromResult(true);
        }
    }

    public Task<bool> RemoveAsync(string id, CancellationToken cancellationToken)
    {
        lock (_gate)
            return Task.FromResult(_servers.Remove(id));
    }

    public Task OverrideAsync(string id, bool? enabled, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (enabled is { } value)
                _overrides[id] = value;
            else
                _overrides.Remove(id);
        }

        return Task.CompletedTask;
    }
}
