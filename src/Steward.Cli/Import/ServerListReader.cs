using System.Text;
using System.Text.Json;
using Steward.Configuration;

namespace Steward.Cli.Import;

/// <summary>Reads what Steward itself has exported.</summary>
internal static class ServerListReader
{
    public static IReadOnlyList<ServerConfig> Read(string json)
    {
        using var document = JsonDocument.Parse(json);
        return
        [
            .. document.RootElement.GetProperty("mcpServers").EnumerateObject()
                .Select(server => ConfigFile.ParseServer(Encoding.UTF8.GetBytes(server.Value.GetRawText()), server.Name, server.Name, "/", checkReferences: false)),
        ];
    }
}
