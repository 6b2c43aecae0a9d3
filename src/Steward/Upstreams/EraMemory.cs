using Steward.Configuration;
using Steward.Wire;

namespace Steward.Upstreams;

/// <summary>
/// Which era each server turned out to be of, so that its next start need not find out again. Good for one definition of a server:
/// what is defined anew may be another program.
/// </summary>
internal sealed class EraMemory
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, (ServerConfig Definition, ProtocolEra Era)> _eras = new(StringComparer.Ordinal);

    /// <summary>What is known of a server; <see langword="null"/> where nothing is.</summary>
    public ProtocolEra? Find(ServerConfig definition)
    {
        lock (_gate)
            return _eras.TryGetValue(definition.Id, out var known) && !ServerDifferences.Between(known.Definition, definition).NeedsRestart ? known.Era : null;
    }

    public void Keep(ServerConfig definition, ProtocolEra era)
    {
        lock (_gate)
            _eras[definition.Id] = (definition, era);
    }

    /// <summary>What was assumed has proved wrong.</summary>
    public void Forget(ServerConfig definition)
    {
        lock (_gate)
            _eras.Remove(definition.Id);
    }
}
