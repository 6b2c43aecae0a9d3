using System.Runtime.InteropServices;
using System.Text.Json;
using Steward.Upstreams;

namespace Steward.Gateway;

/// <summary>
/// What a client of one era declared, in the words of the other. Both lists are open: what is not named here stays as it is.
/// </summary>
internal static class CapabilityTranslation
{
    /// <summary>Writes the capabilities of an <c>initialize</c> request as <c>clientCapabilities</c>.</summary>
    /// <param name="json">Where to.</param>
    /// <param name="legacy">What the client declared.</param>
    /// <param name="withTasks">Whether Steward takes a task in the client's place.</param>
    public static void WriteModern(Utf8JsonWriter json, JsonElement legacy, bool withTasks) =>
        Write(json, legacy, withTasks ? WriteModernMemberBesideTasks : WriteModernMember, withTasks ? WriteTasks : null);

    /// <summary>Writes <c>clientCapabilities</c> as the capabilities of an <c>initialize</c> request.</summary>
    public static void WriteLegacy(Utf8JsonWriter json, JsonElement modern) => Write(json, modern, WriteLegacyMember, last: null);

    private static void Write(Utf8JsonWriter json, JsonElement capabilities, Action<Utf8JsonWriter, JsonProperty> member, Action<Utf8JsonWriter, JsonElement>? last)
    {
        json.WriteStartObject();
        if (capabilities.ValueKind == JsonValueKind.Object)
        {
            foreach (var capability in capabilities.EnumerateObject())
                member(json, capability);
        }

        last?.Invoke(json, capabilities);
        json.WriteEndObject();
    }

    private static void WriteModernMemberBesideTasks(Utf8JsonWriter json, JsonProperty capability)
    {
        if (!capability.NameEquals("extensions"u8))
            WriteModernMember(json, capability);
    }

    /// <summary>The extensions that the client declared, and that for tasks.</summary>
    private static void WriteTasks(Utf8JsonWriter json, JsonElement capabilities)
    {
        json.WriteStartObject("extensions"u8);
        if (capabilities.ValueKind == JsonValueKind.Object && capabilities.TryGetProperty("extensions"u8, out var extensions) && extensions.ValueKind == JsonValueKind.Object)
        {
            foreach (var extension in extensions.EnumerateObject().Where(static extension => extension.Name != ProtocolRevisions.TasksExtension))
                WriteMember(json, extension);
        }

        WriteEmpty(json, System.Text.Encoding.UTF8.GetBytes(ProtocolRevisions.TasksExtension));
        json.WriteEndObject();
    }

    private static void WriteModernMember(Utf8JsonWriter json, JsonProperty capability)
    {
        if (capability.NameEquals("tasks"u8))
            return; // the modern era has other tasks, by an extension
        if (capability.NameEquals("roots"u8) && capability.Value.ValueKind == JsonValueKind.Object)
            WriteEmpty(json, "roots"u8); // without listChanged: there is no such notification any more
        else if (capability.NameEquals("elicitation"u8) && capability.Value.ValueKind == JsonValueKind.Object && !capability.Value.EnumerateObject().Any())
            WriteForm(json);
        else
            WriteLegacyMember(json, capability);
    }

    private static void WriteLegacyMember(Utf8JsonWriter json, JsonProperty capability)
    {
        if (!capability.NameEquals("extensions"u8) || capability.Value.ValueKind != JsonValueKind.Object)
        {
            WriteMember(json, capability);
            return;
        }

        json.WriteStartObject("extensions"u8);
        foreach (var extension in capability.Value.EnumerateObject())
        {
            if (extension.Name != ProtocolRevisions.TasksExtension)
                WriteMember(json, extension); // the eras' tasks differ
        }

        json.WriteEndObject();
    }

    private static void WriteMember(Utf8JsonWriter json, JsonProperty member)
    {
        json.WritePropertyName(member.Name);
        json.WriteRawValue(JsonMarshal.GetRawUtf8Value(member.Value), skipInputValidation: true);
    }

    private static void WriteForm(Utf8JsonWriter json)
    {
        json.WriteStartObject("elicitation"u8);
        WriteEmpty(json, "form"u8);
        json.WriteEndObject();
    }

    private static void WriteEmpty(Utf8JsonWriter json, ReadOnlySpan<byte> name)
    {
        json.WriteStartObject(name);
        json.WriteEndObject();
    }
}
