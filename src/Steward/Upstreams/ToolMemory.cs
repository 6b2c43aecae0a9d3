using Steward.Configuration;

namespace Steward.Upstreams;

/// <summary>
/// Which tools each server had when nothing was missing, so that one that comes back with fewer is found out. Good for one definition of a server: what
/// is defined anew may be another program.
/// </summary>
/// <param name="archive">Knows what was before this program began, where there is one.</param>
internal sealed class ToolMemory(IToolArchive? archive = null)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, (ServerConfig Definition, KnownTools Tools)> _known = new(StringComparer.Ordinal);

    public async Task<KnownTools?> FindAsync(ServerConfig definition, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (_known.TryGetValue(definition.Id, out var known))
                return ServerDifferences.Between(known.Definition, definition).NeedsRestart ? null : known.Tools;
        }

        return archive is null ? null : await archive.FindAsync(definition, cancellationToken).ConfigureAwait(false);
    }

    public void Keep(ServerConfig definition, KnownTools tools)
    {
        lock (_gate)
            _known[definition.Id] = (definition, tools);
    }

    /// <summary>A server is removed.</summary>
    public void Forget(string serverId)
    {
        lock (_gate)
            _known.Remove(serverId);
    }
}
