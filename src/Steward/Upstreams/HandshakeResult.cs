using System.Text;
using System.Text.Json;
using Steward.Catalog;
using Steward.Gateway;
using Steward.Wire;

namespace Steward.Upstreams;

/// <summary>What a server said of itself in its answer to <c>initialize</c> or <c>server/discover</c>.</summary>
/// <param name="Raw">The whole <c>result</c>, as the server wrote it.</param>
internal sealed record HandshakeResult(byte[] Raw)
{
    public static HandshakeResult None { get; } = new([]);

    /// <summary>The protocol revision that is spoken with the server.</summary>
    public string Revision { get; init; } = "";

    /// <summary>How the server wants to be spoken to.</summary>
    public ProtocolEra Era => Revision == ProtocolRevisions.Modern ? ProtocolEra.Modern : ProtocolEra.Legacy;

    public string? ServerName { get; init; }

    /// <summary>What the server says of itself, as JSON; empty where it says nothing.</summary>
    public byte[] ServerInfo { get; init; } = [];

    /// <summary>What it can do, as JSON; empty where it says nothing.</summary>
    public byte[] Capabilities { get; init; } = [];

    /// <summary>What a model should know of it, as a JSON string; empty where it says nothing.</summary>
    public byte[] Instructions { get; init; } = [];

    /// <summary>For how long this is good, of a server of the modern era.</summary>
    public CacheHint Cache { get; init; }

    public bool HasTools { get; init; }

    public bool HasPrompts { get; init; }

    public bool HasResources { get; init; }

    public bool HasLogging { get; init; }

    public bool CanSubscribe { get; init; }

    /// <summary>Whether it makes tasks of calls: by the capability of 2025-11-25, or by the extension of the modern era.</summary>
    public bool HasTasks { get; init; }

    /// <summary>Whether it makes tasks of calls of tools.</summary>
    public bool HasToolTasks { get; init; }

    /// <summary>Whether its tasks can be cancelled.</summary>
    public bool CancelsTasks { get; init; }

    public bool AnnouncesTools { get; init; }

    public bool AnnouncesPrompts { get; init; }

    public bool AnnouncesResources { get; init; }

    /// <summary>Whether the server has a list.</summary>
    public bool Has(CatalogKind kind) => kind switch
    {
        CatalogKind.Tools => HasTools,
        CatalogKind.Prompts => HasPrompts,
        _ => HasResources,
    };

    /// <summary>Whether the server says so when a list has changed.</summary>
    public bool Announces(CatalogKind kind) => kind switch
    {
        CatalogKind.Tools => AnnouncesTools,
        CatalogKind.Prompts => AnnouncesPrompts,
        _ => AnnouncesResources,
    };

    /// <summary>Reads the <c>result</c> of <c>initialize</c>.</summary>
    /// <exception cref="JsonException">It cannot be read.</exception>
    public static HandshakeResult Read(byte[] result)
    {
        using var document = JsonDocument.Parse(result);
        var root = document.RootElement;
        return Read(result, root, Text(root, "protocolVersion") ?? "", Member(root, "serverInfo"));
    }

    /// <summary>Reads the <c>result</c> of <c>server/discover</c>.</summary>
    /// <param name="result">The result.</param>
    /// <param name="revision">One of its revisions: the one that is spoken.</param>
    /// <exception cref="JsonException">It cannot be read.</exception>
    public static HandshakeResult ReadDiscovery(byte[] result, string revision)
    {
        using var document = JsonDocument.Parse(result);
        var root = document.RootElement;
        return Read(result, root, revision, Member(Member(root, "_meta"), "io.modelcontextprotocol/serverInfo")) with
        {
            Cache = CacheHint.Read(result),
        };
    }

    /// <summary>What a client of the legacy era is told of the server: its own answer, in a revision that both speak.</summary>
    public byte[] ForLegacy(string revision)
    {
        if (Era == ProtocolEra.Legacy)
            return WithRevision(ProtocolRevisions.IsAtLeast(Revision, revision) ? revision : Revision);
        return JsonRpcWriter.Object(json =>
        {
            json.WriteString("protocolVersion"u8, revision);
            json.WritePropertyName("capabilities"u8);
            json.WriteRawValue(Capabilities.Length > 0 ? Capabilities : "{}"u8);
            json.WritePropertyName("serverInfo"u8);
            // There the server has to say who it is: one that keeps silent is what its revision makes of it.
            json.WriteRawValue(ServerInfo.Length > 0 ? ServerInfo : """{"name":"unnamed","version":"0"}"""u8);
            if (Instructions.Length > 0)
            {
                json.WritePropertyName("instructions"u8);
                json.WriteRawValue(Instructions);
            }
        });
    }

    private static HandshakeResult Read(byte[] result, JsonElement root, string revision, JsonElement info)
    {
        var capabilities = Member(root, "capabilities");
        var tools = Member(capabilities, "tools");
        var prompts = Member(capabilities, "prompts");
        var resources = Member(capabilities, "resources");
        var tasks = Member(capabilities, "tasks");
        var hasExtension = Member(Member(capabilities, "extensions"), ProtocolRevisions.TasksExtension).ValueKind == JsonValueKind.Object;
        var isModern = revision == ProtocolRevisions.Modern;
        return new HandshakeResult(result)
        {
            Revision = revision,
            ServerName = Text(info, "name") is { } name ? $"{name} {Text(info, "version")}".TrimEnd() : null,
            ServerInfo = Json(info, JsonValueKind.Object),
            Capabilities = Json(capabilities, JsonValueKind.Object),
            Instructions = Json(Member(root, "instructions"), JsonValueKind.String),
            HasTools = tools.ValueKind == JsonValueKind.Object,
            HasPrompts = prompts.ValueKind == JsonValueKind.Object,
            HasResources = resources.ValueKind == JsonValueKind.Object,
            HasTasks = isModern ? hasExtension : tasks.ValueKind == JsonValueKind.Object,
            HasToolTasks = isModern ? hasExtension : Member(Member(Member(tasks, "requests"), "tools"), "call").ValueKind == JsonValueKind.Object,
            CancelsTasks = isModern ? hasExtension : Member(tasks, "cancel").ValueKind == JsonValueKind.Object,
            HasLogging = Member(capabilities, "logging").ValueKind == JsonValueKind.Object,
            CanSubscribe = Member(resources, "subscribe").ValueKind == JsonValueKind.True,
            AnnouncesTools = Member(tools, "listChanged").ValueKind == JsonValueKind.True,
            AnnouncesPrompts = Member(prompts, "listChanged").ValueKind == JsonValueKind.True,
            AnnouncesResources = Member(resources, "listChanged").ValueKind == JsonValueKind.True,
        };
    }

    private byte[] WithRevision(string revision)
    {
        var reader = new Utf8JsonReader(Raw);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isRevision = reader.ValueTextEquals("protocolVersion"u8);
            reader.Read();
            if (isRevision)
                return [.. Raw.AsSpan(0, (int)reader.TokenStartIndex), .. JsonRpcWriter.String(revision), .. Raw.AsSpan((int)reader.BytesConsumed)];
            reader.Skip();
        }

        return Raw;
    }

    private static byte[] Json(JsonElement element, JsonValueKind kind) => element.ValueKind == kind ? Encoding.UTF8.GetBytes(element.GetRawText()) : [];

    private static JsonElement Member(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var member) ? member : default;

    private static string? Text(JsonElement element, string name) =>
        Member(element, name) is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;
}
