using System.IO.Enumeration;

namespace Steward.Configuration;

/// <summary>
/// A chosen part of the servers and their tools, served under <c>/groups/{name}/mcp</c>. A server is in it when one of
/// <see cref="Servers"/> or <see cref="Tags"/> names it and none of <see cref="Exclude"/> does, whether it was there from the start or
/// was added later.
/// </summary>
public sealed record GroupConfig
{
    /// <summary>The group's name, a part of its URL: <c>[A-Za-z0-9_-]+</c>.</summary>
    public string Name { get; init; } = "";

    /// <summary>What the group is for. Clients are told as the server's instructions.</summary>
    public string? Description { get; init; }

    /// <summary>Ids of servers, or patterns of ids with <c>*</c> and <c>?</c>.</summary>
    public IReadOnlyList<string> Servers { get; init; } = [];

    /// <summary>Servers with one of these tags are in the group.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>Ids, or patterns of ids, of servers that are not in the group whatever else says.</summary>
    public IReadOnlyList<string> Exclude { get; init; } = [];

    /// <summary>Which tools are shown and may be called, by their names on the merged endpoint, such as <c>files__read</c>.</summary>
    public ToolFilter Tools { get; init; } = ToolFilter.All;

    /// <summary>The names of tools in this group, by their names on the merged endpoint.</summary>
    public IReadOnlyDictionary<string, string> Rename { get; init; } = new Dictionary<string, string>();

    /// <summary>The descriptions of tools in this group, by their names on the merged endpoint.</summary>
    public IReadOnlyDictionary<string, string> Descriptions { get; init; } = new Dictionary<string, string>();

    /// <summary>Whether a server is in the group. Where neither <see cref="Servers"/> nor <see cref="Tags"/> say anything, every server is.</summary>
    public bool Contains(ServerConfig server) =>
        (Servers.Count + Tags.Count == 0 || Matches(Servers, server.Id) || server.Tags.Any(Tags.Contains)) && !Matches(Exclude, server.Id);

    private static bool Matches(IReadOnlyList<string> patterns, string id) =>
        patterns.Any(pattern => FileSystemName.MatchesSimpleExpression(pattern, id, ignoreCase: false));
}
