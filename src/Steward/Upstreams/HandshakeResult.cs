using System.Text.Json;
using Steward.Wire;

namespace Steward.Upstreams;

/// <summary>What a server said of itself in its answer to <c>initialize</c>.</summary>
/// <param name="Raw">The whole <c>result</c>, as the server wrote it.</param>
internal sealed record HandshakeResult(byte[] Raw)
{
    public static HandshakeResult None { get; } = new([]);

    public string Revision { get; init; } = "";

    /// <summary>How the server wants to be spoken to.</summary>
    public ProtocolEra Era => Revision == ProtocolRevisions.Modern ? ProtocolEra.Modern : ProtocolEra.Legacy;

    public string? ServerName { get; init; }

    /// <summary>What the server says of itself, as JSON; empty where it says nothing.</summary>
    public byte[] ServerInfo { get; init; } = [];

    public bool HasTools { get; init; }

    public bool HasPrompts { get; init; }

    public bool HasResources { get; init; }

    public bool HasLogging { get; init; }

    public bool CanSubscribe { get; init; }

    /// <summary>Whether it makes tasks of calls: by the capability of 2025-11-25, or by the extension of the modern era.</summary>
    public bool HasTasks { get; init; }

    public static HandshakeResult Read(byte[] result)
    {
        using var document = JsonDocument.Parse(result);
        var root = document.RootElement;
        var capabilities = Member(root, "capabilities");
        var info = Member(root, "serverInfo");
        var resources = Member(capabilities, "resources");
        return new HandshakeResult(result)
        {
            Revision = Text(root, "protocolVersion") ?? "",
            ServerName = Text(info, "name") is { } name ? $"{name} {Text(info, "version")}".TrimEnd() : null,
            ServerInfo = info.ValueKind == JsonValueKind.Object ? System.Text.Encoding.UTF8.GetBytes(info.GetRawText()) : [],
            HasTools = Member(capabilities, "tools").ValueKind == JsonValueKind.Object,
            HasPrompts = Member(capabilities, "prompts").ValueKind == JsonValueKind.Object,
            HasLogging = Member(capabilities, "logging").ValueKind == JsonValueKind.Object,
            HasResources = resources.ValueKind == JsonValueKind.Object,
            HasTasks = Member(capabilities, "tasks").ValueKind == JsonValueKind.Object
                || Member(Member(capabilities, "extensions"), ProtocolRevisions.TasksExtension).ValueKind == JsonValueKind.Object,
            CanSubscribe = Member(resources, "subscribe").ValueKind == JsonValueKind.True,
        };
    }

    private static JsonElement Member(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var member) ? member : default;

    private static string? Text(JsonElement element, string name) =>
        Member(element, name) is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;
}
