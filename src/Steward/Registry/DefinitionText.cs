using System.Buffers;
using System.Text.Json;
using Steward.Configuration;

namespace Steward.Registry;

/// <summary>A definition as text: the section of a configuration file, and the folder from which its relative paths count.</summary>
internal static class DefinitionText
{
    public static byte[] Write(ServerConfig config)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("folder"u8, config.BaseDirectory);
            json.WriteBoolean("enabled"u8, !config.Disabled);
            json.WriteStartObject("mcpServers"u8);
            json.WriteStartObject(config.Id);
            if (config.Command is not null) json.WriteString("command", config.Command);
            if (config.Url is not null) json.WriteString("url", config.Url);
            if (config.Url is not null && config.Transport != ServerTransport.Auto) json.WriteString("type", config.Transport.ToString().ToLowerInvariant());
            // Of a disabled server it is not asked whether what it refers to is there: that is for its start to say.
            json.WriteBoolean("disabled", true);
            json.WriteStartArray("args"); foreach (var a in config.Args) json.WriteStringValue(a); json.WriteEndArray();
            json.WriteStartObject("env"); foreach (var (k, v) in config.Env) json.WriteString(k, v); json.WriteEndObject();
            json.WriteEndObject();
            json.WriteEndObject();
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    /// <exception cref="ConfigException">It cannot be used.</exception>
    public static ServerConfig Read(ReadOnlySpan<byte> utf8, string id)
    {
        using var document = JsonDocument.Parse(utf8.ToArray());
        var config = ConfigFile.Parse(utf8, "the registry", document.RootElement.GetProperty("folder").GetString()!).Servers[0];
        return config with { Disabled = !document.RootElement.GetProperty("enabled").GetBoolean() };
    }
}
