using Steward.Configuration;

namespace Steward.Discovery;

/// <summary>
/// A server that was found, and how it would be started. Finding runs nothing; adding it is the user's word. What the finder
/// read may come from strangers: its texts are shown, never trusted.
/// </summary>
public sealed record DiscoveredServer
{
    /// <summary>The id that it would get: <c>[A-Za-z0-9_-]+</c>, the same as <see cref="ServerConfig.Id"/> of <see cref="Config"/>.</summary>
    public required string Id { get; init; }

    /// <summary>What its source calls it.</summary>
    public required string Name { get; init; }

    /// <summary>What it is good for, in its author's words.</summary>
    public string? Description { get; init; }

    /// <summary>How it would be run. May hold secrets where the source held them: show it only masked, see <see cref="SecretMask"/>.</summary>
    public required ServerConfig Config { get; init; }

    /// <summary>Which source found it, such as <c>path</c>, <c>npm</c>, <c>claude-desktop</c> or <c>github:org/repo</c>.</summary>
    public required string Source { get; init; }

    /// <summary>Where it was found: the full path of a file or folder, or an address.</summary>
    public required string Location { get; init; }

    /// <summary>Other places in which the same server stands, such as <c>cursor (/home/ann/.cursor/mcp.json)</c>.</summary>
    public IReadOnlyList<string> AlsoAt { get; init; } = [];

    /// <summary>The version that was found, where the source knows one.</summary>
    public string? Version { get; init; }

    /// <summary>Whether the source advises against it, or keeps it for old times' sake.</summary>
    public bool IsDeprecated { get; init; }

    /// <summary>What stands between this server and its start, a sentence each with the mend: a variable that is not set, a program that is not installed.</summary>
    public IReadOnlyList<string> Problems { get; init; } = [];

    /// <summary>Whether it is an entry of a file that somebody wrote, arguments and all, and not a program or package as such.</summary>
    internal bool IsEntry => Clients.ClientApplications.Find(Source) is not null || Source is Clients.Import.GivenFile.Source;

    /// <summary>Names it and no more: the rest may hold a secret.</summary>
    public override string ToString() => $"{nameof(DiscoveredServer)} {Id} ({Source})";
}
