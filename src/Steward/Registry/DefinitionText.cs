using System.Buffers;
using System.Runtime.InteropServices;
using System.Text.Json;
using Steward.Configuration;

namespace Steward.Registry;

/// <summary>A definition as text: the section that a configuration file would have, and the folder from which its relative paths count.</summary>
internal static class DefinitionText
{
    public static byte[] Write(ServerConfig config) => Write(config, ServerJson.Write);

    /// <summary>The same of what makes a server what it is: whatever else of its definition changes, what was learned of it stays true.</summary>
    public static byte[] WriteLasting(ServerConfig config) => Write(config, ServerJson.WriteLasting);

    /// <exception cref="ConfigException">It cannot be used.</exception>
    /// <exception cref="JsonException">It is no such text.</exception>
    public static ServerConfig Read(ReadOnlyMemory<byte> utf8, string id)
    {
        using var document = JsonDocument.Parse(utf8);
        if (!document.RootElement.TryGetProperty("folder"u8, out var folder) || !document.RootElement.TryGetProperty("server"u8, out var section))
            throw new JsonException("A definition has a folder and a server.");
        // What it refers to need not be there: that is for its start to say.
        return ConfigFile.ParseServer(JsonMarshal.GetRawUtf8Value(section), id, "the registry", folder.GetString()!, checkReferences: false);
    }

    /// <summary>The keys in which two definitions differ.</summary>
    public static IReadOnlyList<string> Differences(ServerConfig one, ServerConfig other)
    {
        using var left = JsonDocument.Parse(ServerJson.ToUtf8(one));
        using var right = JsonDocument.Parse(ServerJson.ToUtf8(other));
        var (before, after) = (Keys(left), Keys(right));
        return [.. before.Keys.Union(after.Keys).Where(key => !before.TryGetValue(key, out var value) || !after.TryGetValue(key, out var changed) || !JsonElement.DeepEquals(value, changed))];

        static Dictionary<string, JsonElement> Keys(JsonDocument document) => document.RootElement.EnumerateObject().ToDictionary(key => key.Name, key => key.Value, StringComparer.Ordinal);
    }

    private static byte[] Write(ServerConfig config, Action<Utf8JsonWriter, ServerConfig> section)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("folder"u8, config.BaseDirectory);
            json.WritePropertyName("server"u8);
            section(json, config);
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }
}
