using System.Buffers;
using System.Runtime.InteropServices;
using System.Text.Json;
using Steward.Discovery;

namespace Steward.Registry;

/// <summary>What a source of servers gave, as text.</summary>
internal static class DiscoveryText
{
    public static byte[] Write(DiscoveryResult result)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteBoolean("complete"u8, result.IsComplete);
            WriteTexts(json, "problems", result.Problems);
            json.WriteStartArray("servers"u8);
            foreach (var server in result.Servers)
                Write(json, server);
            json.WriteEndArray();
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    /// <exception cref="JsonException">It is no such text.</exception>
    /// <exception cref="InvalidOperationException">It is no such text.</exception>
    /// <exception cref="Configuration.ConfigException">A definition in it cannot be used.</exception>
    public static DiscoveryResult Read(ReadOnlyMemory<byte> utf8)
    {
        using var document = JsonDocument.Parse(utf8);
        var root = document.RootElement;
        return new DiscoveryResult([.. Member(root, "servers").EnumerateArray().Select(ReadServer)], ReadTexts(root, "problems"))
        {
            IsComplete = Member(root, "complete").GetBoolean(),
        };
    }

    private static void Write(Utf8JsonWriter json, DiscoveredServer server)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, server.Id);
        json.WriteString("name"u8, server.Name);
        json.WriteString("description"u8, server.Description);
        json.WriteString("source"u8, server.Source);
        json.WriteString("location"u8, server.Location);
        json.WriteString("version"u8, server.Version);
        json.WriteBoolean("deprecated"u8, server.IsDeprecated);
        WriteTexts(json, "problems", server.Problems);
        json.WritePropertyName("definition"u8);
        json.WriteRawValue(DefinitionText.Write(server.Config));
        json.WriteEndObject();
    }

    private static DiscoveredServer ReadServer(JsonElement server)
    {
        var id = Member(server, "id").GetString()!;
        return new DiscoveredServer
        {
            Id = id,
            Name = Member(server, "name").GetString()!,
            Description = Member(server, "description").GetString(),
            Config = DefinitionText.Read(JsonMarshal.GetRawUtf8Value(Member(server, "definition")).ToArray(), id),
            Source = Member(server, "source").GetString()!,
            Location = Member(server, "location").GetString()!,
            Version = Member(server, "version").GetString(),
            IsDeprecated = Member(server, "deprecated").GetBoolean(),
            Problems = ReadTexts(server, "problems"),
        };
    }

    private static JsonElement Member(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out var member) ? member : throw new JsonException($"'{name}' is missing.");

    private static void WriteTexts(Utf8JsonWriter json, string name, IReadOnlyList<string> texts)
    {
        json.WriteStartArray(name);
        foreach (var text in texts)
            json.WriteStringValue(text);
        json.WriteEndArray();
    }

    private static string[] ReadTexts(JsonElement parent, string name) => [.. Member(parent, name).EnumerateArray().Select(text => text.GetString()!)];
}
