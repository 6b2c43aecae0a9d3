using System.Text.Encodings.Web;
using System.Text.Json;

namespace Steward.Configuration;

/// <summary>Writes servers as a configuration file of their own.</summary>
internal static class ServerListJson
{
    private static readonly JsonWriterOptions Plain = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>A file with <c>mcpServers</c>. Working directories are full paths in it, so that it means the same wherever it lies.</summary>
    public static byte[] Write(IEnumerable<ServerConfig> servers)
    {
        using var utf8 = new MemoryStream();
        using (var json = new Utf8JsonWriter(utf8, Plain))
        {
            json.WriteStartObject();
            json.WriteStartObject("mcpServers");
            foreach (var server in servers)
            {
                json.WritePropertyName(server.Id);
                ServerJson.Write(json, WithFullFolder(server));
            }

            json.WriteEndObject();
            json.WriteEndObject();
        }

        return utf8.ToArray();
    }

    private static ServerConfig WithFullFolder(ServerConfig server) =>
        server.Transport != ServerTransport.Stdio || server.Cwd?.StartsWith("${", StringComparison.Ordinal) == true
            ? server
            : server with { Cwd = Path.GetFullPath(server.Cwd ?? "", server.BaseDirectory) };
}
