using System.Text.Json;

namespace Steward.Discovery.Remote;

/// <summary>
/// An entry of a registry: what it says of a server, in the shapes of all revisions of its API. Since 2025-09-29 the server is
/// wrapped and the registry's own words stand beside it; before, all was one object, and before that names were snake_case. The
/// first lists said only which servers there are: how each is started was another question.
/// </summary>
internal sealed class RegistryEntry
{
    private const string Official = "io.modelcontextprotocol.registry/official";
    private const string OldOfficial = "x-io.modelcontextprotocol.registry"; // until 2025-09

    private readonly JsonElement _server;
    private readonly JsonElement? _official;

    private RegistryEntry(JsonElement server, JsonElement? official, string name) => (_server, _official, Name) = (server, official, name);

    /// <summary>The name in the registry, such as <c>io.github.user/weather</c>.</summary>
    public string Name { get; }

    public string? Title => DiscoveredText.Description(_server.Text("title"));

    public string? Description => DiscoveredText.Description(_server.Text("description"));

    public string? Version => _server.Text("version") ?? _server.Member("version_detail")?.Text("version");

    /// <summary>Whether its registry still stands by it: it is neither deleted nor an old version.</summary>
    public bool IsOffered => Status != "deleted" && IsLatest != false;

    public bool IsDeprecated => Status == "deprecated";

    /// <summary>Why it is deprecated, in the publisher's words.</summary>
    public string? StatusMessage => DiscoveredText.Description(_official?.Text("statusMessage"));

    /// <summary>Whether it is the newest version; null where the registry does not say.</summary>
    private bool? IsLatest => _official?.Flag("isLatest", "is_latest") ?? _server.Member("version_detail")?.Flag("is_latest");

    /// <summary>By what the registry tells more of it; null where all that it knows stands here.</summary>
    public string? DetailsId => _server.Member("packages", "remotes") is null ? _server.Text("id") : null;

    public IEnumerable<JsonElement> Packages => _server.Items("packages").Where(package => package.ValueKind == JsonValueKind.Object);

    public IEnumerable<JsonElement> Remotes => _server.Items("remotes").Where(remote => remote.ValueKind == JsonValueKind.Object);

    private string? Status => _official?.Text("status") ?? _server.Text("status");

    /// <summary>Reads an entry; null where it is none.</summary>
    public static RegistryEntry? Read(JsonElement item)
    {
        var server = item.Member("server") is { ValueKind: JsonValueKind.Object } wrapped ? wrapped : item;
        if (server.Text("name") is not { } name)
            return null;
        var official = item.Member("_meta")?.Member(Official) ?? item.Member(OldOfficial) ?? server.Member("_meta")?.Member(Official);
        return new(server, official, name);
    }

    /// <summary>A short id: the part behind the slash, or, where that says nothing, who publishes it.</summary>
    public string SuggestId()
    {
        var parts = Name.Split('/', 2);
        if (parts.Length < 2)
            return DiscoveredId.From(Name);
        var publisher = parts[0].Split('.')[^1];
        return DiscoveredId.From(parts[1].ToLowerInvariant() is "mcp" or "server" or "mcp-server" or "mcp_server" ? publisher : parts[1]);
    }

    /// <summary>A longer id, for where the short one is taken.</summary>
    public string LongId() => DiscoveredId.From($"{Name.Split('/', 2)[0].Split('.')[^1]}-{SuggestId()}");
}
