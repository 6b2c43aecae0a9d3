using System.Text.Json;
using Steward.Bench.Upstream;

namespace Steward.Bench.Targets;

/// <summary>The <c>mcpServers</c> file that Steward and mcp-hub both read.</summary>
internal static class ServerListFile
{
    internal static string Write(string directory, IReadOnlyList<UpstreamCommand> servers)
    {
        var path = Path.Combine(directory, "mcp.json");
        using var file = File.Create(path);
        using var json = new Utf8JsonWriter(file, new JsonWriterOptions { Indented = true });
        json.WriteStartObject();
        json.WriteStartObject("mcpServers");
        foreach (var server in servers)
        {
            json.WriteStartObject(server.Id);
            json.WriteString("command", server.Command);
            json.WriteStartArray("args");
            foreach (var argument in server.Arguments)
                json.WriteStringValue(argument);
            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndObject();
        json.WriteEndObject();
        return path;
    }
}
