using Steward.Configuration;
using Steward.Supervision;

namespace Steward.Registry;

/// <summary>Chooses servers from a list. What is <see langword="null"/> does not matter.</summary>
public sealed record ServerFilter
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
    public bool Matches(ServerEntry entry)
    {
        var config = entry.Config;
        return (Transport is null || config.Transport == Transport || entry.Status.Transport == Transport)
            && (Enabled is null || config.Disabled != Enabled)
            && (State is null || entry.Status.State == State)
            && (Source is null || entry.Source.Equals(Source, StringComparison.OrdinalIgnoreCase))
            && (Tag is null || config.Tags.Contains(Tag, StringComparer.OrdinalIgnoreCase))
            && (string.IsNullOrEmpty(Text) || Holds(config.Id, Text) || Holds(config.Name, Text) || config.Tags.Any(tag => Holds(tag, Text)));
    }

    private static bool Holds(string? text, string part) => text?.Contains(part, StringComparison.OrdinalIgnoreCase) == true;
}
