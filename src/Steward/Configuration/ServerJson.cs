using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Steward.Configuration.Keys;
using Steward.Configuration.Sections;

namespace Steward.Configuration;

/// <summary>
/// Writes a server as a configuration file has it under <c>mcpServers</c>, such that reading gives the same server again. What says
/// the default is left out, and so is what has no effect on a server of this transport. References such as <c>${env:TOKEN}</c> stay
/// references, so that a file never gets a secret that was not in one.
/// </summary>
public static class ServerJson
{
    private static readonly ServerConfig Standard = new() { Id = "" };

    // Servers are written for people and for files: an apostrophe or an umlaut needs no escape there.
    private static readonly JsonWriterOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes the section of a server; its id, which is the key of the section, and its folder are not part of it.</summary>
    public static void Write(Utf8JsonWriter json, ServerConfig server)
    {
        json.WriteStartObject();
        ServerSection.Visit(new KeyWriter(json), server, Standard);
        foreach (var (name, value) in server.Extra)
        {
            if (ServerSection.Keys.Knows(name))
                continue; // it would be read as what it is not
            json.WritePropertyName(name);
            value.WriteTo(json);
        }

        json.WriteEndObject();
    }

    /// <summary>Writes of a server what a run of it and what it offers hang on: the keys that need a restart, and the filter of its tools.</summary>
    internal static void WriteLasting(Utf8JsonWriter json, ServerConfig server)
    {
        json.WriteStartObject();
        ServerSection.Visit(new LastingKeys(new KeyWriter(json)), server, Standard);
        json.WriteEndObject();
    }

    /// <summary>The section of a server as UTF-8 text.</summary>
    internal static byte[] ToUtf8(ServerConfig server)
    {
        var utf8 = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(utf8, Plain))
            Write(json, server);
        return utf8.WrittenSpan.ToArray();
    }

    /// <summary>
    /// A server that was put together in code, held to the rules of the file. References need not resolve: that is the server's own
    /// affair when it starts.
    /// </summary>
    /// <exception cref="ConfigException">The server is not one that a file could declare.</exception>
    internal static ServerConfig Checked(ServerConfig server)
    {
        var source = $"server {server.Id}";
        if (server.Health.Call is { } call && HealthCallSection.Complain(call).ToArray() is { Length: > 0 } complaints) // it cannot even be written
            throw new ConfigException([.. complaints.Select(complaint => new ConfigProblem(source, 1, 1, $"health.call.{complaint.Key.Name}", complaint.Message, complaint.Mend))]);
        return ConfigFile.ParseServer(ToUtf8(server), server.Id, source, server.BaseDirectory, checkReferences: false);
    }
}
