using Steward.Configuration;
using Steward.Wire;

namespace Steward.Upstreams;

/// <summary>
/// Which era each server turned out to be of, so that its next start need not find out again. Good for one definition of a server:
/// what is defined anew may be another program.
/// </summary>
/// <param name="archive">Remembers beyond the end of the process, where there is one.</param>
internal sealed class EraMemory(IEraArchive? archive = null)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, (ServerConfig Definition, ProtocolEra Era)> _eras = new(StringComparer.Ordinal);

    /// <summary>What is known of a server; <see langword="null"/> where nothing is.</summary>
    public ProtocolEra? Find(ServerConfig definition)
    {
        lock (_gate)
        {
            if (_eras.TryGetValue(definition.Id, out var known) && !ServerDifferences.Between(known.Definition, definition).NeedsRestart)
                return known.Era;
        }

        return archive?.Find(definition);
    }

    public void Keep(ServerConfig definition, ProtocolEra era)
    {
        lock (_gate)
            _eras[definition.Id] = (definition, era);
        archive?.Keep(definition, era);
    }

    /// <summary>What was assumed has proved wrong.</summary>
    public void Forget(ServerConfig definition)
    {
        lock (_gate)
            _eras.Remove(definition.Id);
        archive?.Forget(definition);
    }
}
