using Steward.Configuration;
using Steward.Supervision;

namespace Steward.Registry;

/// <summary>Chooses servers from a list. What is <see langword="null"/> does not matter.</summary>
internal sealed record ServerFilter
{
    /// <summary>Only servers that are reached in this way, declared or found out.</summary>
    public ServerTransport? Transport { get; init; }

    /// <summary>Only servers that are enabled, or only those that are not.</summary>
    public bool? Enabled { get; init; }

    /// <summary>Only servers with this tag.</summary>
    public string? Tag { get; init; }

    /// <summary>Only servers in this state.</summary>
    public ServerState? State { get; init; }

    /// <summary>Only servers from this source.</summary>
    public string? Source { get; init; }

    /// <summary>Only servers in whose id, name or tags this text occurs, in capitals or not.</summary>
    public string? Text { get; init; }

    /// <summary>Whether a server is chosen.</summary>
    public bool Matches(ServerEntry entry) => MatchesDefinition(entry.Config) && MatchesRest(entry);

    /// <summary>Whether a server is chosen as far as its definition says: of thousands, most fall through here, and nothing is made of them.</summary>
    internal bool MatchesDefinition(ServerConfig config) =>
        (Enabled is null || config.Disabled != Enabled)
        && (Tag is null || config.Tags.Contains(Tag, StringComparer.OrdinalIgnoreCase))
        && (string.IsNullOrEmpty(Text) || Holds(config.Id, Text) || Holds(config.Name, Text) || config.Tags.Any(tag => Holds(tag, Text)));

    /// <summary>Whether a server is chosen whose definition is.</summary>
    internal bool MatchesRest(ServerEntry entry) =>
        (Transport is null || entry.Config.Transport == Transport || entry.Status.Transport == Transport)
        && (State is null || entry.Status.State == State)
        && (Source is null || entry.Source.Equals(Source, StringComparison.OrdinalIgnoreCase));

    private static bool Holds(string? text, string part) => text?.Contains(part, StringComparison.OrdinalIgnoreCase) == true;
}
