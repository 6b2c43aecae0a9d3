using Steward.Configuration;

namespace Steward.Discovery.Clients;

/// <summary>How one kind of configuration file says which servers there are.</summary>
internal sealed record ClientDialect
{
    /// <summary>What messages call it.</summary>
    public required string Name { get; init; }

    public ClientFormat Format { get; init; } = ClientFormat.Json;

    /// <summary>The keys that lead to the object with the servers.</summary>
    public IReadOnlyList<string> Section { get; init; } = ["mcpServers"];

    /// <summary>Whether <c>projects</c> holds sections of its own, each under the path of a folder.</summary>
    public bool HasProjects { get; init; }

    public ReferenceSyntax References { get; init; }

    /// <summary>The unit of <c>timeout</c>, the longest time that a call may take; null where the client has no such key.</summary>
    public TimeSpan? TimeoutUnit { get; init; }

    /// <summary>What a <c>url</c> means that has no <c>type</c> with it.</summary>
    public ServerTransport BareUrl { get; init; } = ServerTransport.Auto;

    /// <summary>Whether it is Steward's own: its entries need no translation.</summary>
    public bool IsOwn { get; init; }

    /// <summary>Whether an entry may have neither command nor address, because an extension of the client brings them.</summary>
    public bool HasExtensions { get; init; }

    /// <summary>How Steward writes itself down as a program that the client launches: members before <c>command</c>.</summary>
    public IReadOnlyList<(string Key, string Value)> StdioMembers { get; init; } = [];

    /// <summary>The same as an address: members before it. Null where the client takes no address.</summary>
    public IReadOnlyList<(string Key, string Value)>? HttpMembers { get; init; } = [];

    /// <summary>The key under which the client takes the address of a Streamable HTTP server.</summary>
    public string UrlKey { get; init; } = "url";
}
