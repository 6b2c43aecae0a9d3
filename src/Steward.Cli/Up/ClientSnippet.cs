using System.Text;
using System.Text.Json;
using Steward.Configuration;

namespace Steward.Cli.Up;

/// <summary>What to paste into the configuration of an MCP client.</summary>
internal static class ClientSnippet
{
    /// <summary>For clients that speak to a program which they start, and to nothing else.</summary>
    public const string Launched = "A client that launches its servers: \"command\": \"steward\", \"args\": [\"stdio\"]";

    private static readonly JsonWriterOptions Indented = new() { Indented = true };

    public static string Create(string url, GatewayConfig gateway)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, Indented))
        {
            json.WriteStartObject();
            json.WriteStartObject("mcpServers");
            json.WriteStartObject("steward");
            json.WriteString("type", "http");
            json.WriteString("url", $"{url}/mcp");
            if (gateway.BearerTokens.Count > 0)
            {
                json.WriteStartObject("headers");
                json.WriteString("Authorization", "Bearer YOUR-TOKEN");
                json.WriteEndObject();
            }

            json.WriteEndObject();
            json.WriteEndObject();
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(stream.ToArray());
    }
}
