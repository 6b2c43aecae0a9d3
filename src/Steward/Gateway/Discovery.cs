using System.Text;
using System.Text.Json;
using Steward.Upstreams;
using Steward.Wire;

namespace Steward.Gateway;

/// <summary>
/// Answers to <c>server/discover</c>.
/// See <see href="https://modelcontextprotocol.io/specification/2026-07-28/server/discover"/>.
/// </summary>
internal static class Discovery
{
    // What the merged endpoint can do is the same for everybody, and changes at most when servers come and go.
    private static readonly CacheHint Merged = new((long)TimeSpan.FromMinutes(1).TotalMilliseconds, IsPublic: true);

    private static readonly byte[] WithoutTasks = Write(JsonRpcWriter.Object(WriteMergedCapabilities), [], StewardIdentity.Json, Merged);
    private static readonly byte[] WithTasks = Write(JsonRpcWriter.Object(WriteMergedCapabilitiesAndTasks), [], StewardIdentity.Json, Merged);

    /// <summary>What is said for all servers together.</summary>
    /// <param name="hasTasks">Whether one of them makes tasks of calls as the extension of the modern era has it.</param>
    public static byte[] OfAll(bool hasTasks) => hasTasks ? WithTasks : WithoutTasks;

    /// <summary>The same for a group of them.</summary>
    /// <param name="hasTasks">As for all.</param>
    /// <param name="description">What the group is for.</param>
    public static byte[] OfGroup(bool hasTasks, string description) =>
        Write(JsonRpcWriter.Object(hasTasks ? WriteMergedCapabilitiesAndTasks : WriteMergedCapabilities), JsonRpcWriter.String(description), StewardIdentity.Json, Merged);

    /// <summary>What a server is, as it said itself in its own era.</summary>
    public static byte[] Of(HandshakeResult server)
    {
        using var document = JsonDocument.Parse(server.Raw);
        var capabilities = JsonRpcWriter.Object(json => WriteCapabilities(json, document.RootElement, server.Era, server.HasToolTasks));
        byte[] instructions = document.RootElement.TryGetProperty("instructions"u8, out var text) && text.ValueKind == JsonValueKind.String ? [.. Encoding.UTF8.GetBytes(text.GetRawText())] : [];
        return Write(capabilities, instructions, server.ServerInfo, server.Cache);
    }

    /// <summary>The members of what the merged endpoint can do, in either era.</summary>
    public static void WriteMergedCapabilities(Utf8JsonWriter json)
    {
        foreach (var list in (ReadOnlySpan<string>)["tools", "prompts", "resources"])
        {
            json.WriteStartObject(list);
            json.WriteBoolean("listChanged"u8, true);
            if (list == "resources")
                json.WriteBoolean("subscribe"u8, true);
            json.WriteEndObject();
        }

        json.WriteStartObject("logging"u8);
        json.WriteEndObject();
        json.WriteStartObject("completions"u8);
        json.WriteEndObject();
    }

    private static void WriteMergedCapabilitiesAndTasks(Utf8JsonWriter json)
    {
        WriteMergedCapabilities(json);
        WriteExtensions(json, default);
    }

    /// <param name="capabilities">As JSON.</param>
    /// <param name="instructions">As a JSON string; empty where there are none.</param>
    /// <param name="serverInfo">As JSON; empty where it is not known.</param>
    /// <param name="cache">How long this is good.</param>
    private static byte[] Write(byte[] capabilities, byte[] instructions, byte[] serverInfo, CacheHint cache)
    {
        var result = JsonRpcWriter.Object(json =>
        {
            json.WriteStartArray("supportedVersions"u8);
            foreach (var revision in ProtocolRevisions.All)
                json.WriteStringValue(revision);
            json.WriteEndArray();
            json.WritePropertyName("capabilities"u8);
            json.WriteRawValue(capabilities);
            if (instructions.Length == 0)
                return;
            json.WritePropertyName("instructions"u8);
            json.WriteRawValue(instructions);
        });
        return ModernResult.Complete(result, McpMethod.ServerDiscover, cache, serverInfo);
    }

    private static void WriteCapabilities(Utf8JsonWriter json, JsonElement introduction, ProtocolEra era, bool hasToolTasks)
    {
        if (!introduction.TryGetProperty("capabilities"u8, out var capabilities) || capabilities.ValueKind != JsonValueKind.Object)
            return;
        var addsTasks = era == ProtocolEra.Legacy && hasToolTasks;
        foreach (var capability in capabilities.EnumerateObject())
        {
            if (era == ProtocolEra.Legacy && capability.NameEquals("tasks"u8))
                continue; // the modern era has tasks by an extension
            if (addsTasks && capability.NameEquals("extensions"u8) && capability.Value.ValueKind == JsonValueKind.Object)
                WriteExtensions(json, capability.Value);
            else
                capability.WriteTo(json);
        }

        if (addsTasks && !(capabilities.TryGetProperty("extensions"u8, out var extensions) && extensions.ValueKind == JsonValueKind.Object))
            WriteExtensions(json, default);
    }

    /// <summary>The extensions that a server has, and that for tasks.</summary>
    private static void WriteExtensions(Utf8JsonWriter json, JsonElement others)
    {
        json.WriteStartObject("extensions"u8);
        if (others.ValueKind == JsonValueKind.Object)
        {
            foreach (var extension in others.EnumerateObject().Where(static extension => extension.Name != ProtocolRevisions.TasksExtension))
                extension.WriteTo(json);
        }

        json.WriteStartObject(ProtocolRevisions.TasksExtension);
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
