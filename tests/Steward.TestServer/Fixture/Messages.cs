using System.Text.Json;
using System.Text.Json.Nodes;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace Steward.TestServer.Fixture;

/// <summary>Messages written as the JSON that the specification shows.</summary>
internal static class Messages
{
    public static T Parse<T>(string json) => JsonSerializer.Deserialize<T>(json, McpJsonUtilities.DefaultOptions)!;

    public static CallToolResult Text(string text) => new() { Content = [new TextContentBlock { Text = text }] };

    public static CallToolResult Error(string text) => new() { IsError = true, Content = [new TextContentBlock { Text = text }] };

    public static Task NotifyAsync(this McpServer server, string method, JsonNode? parameters, CancellationToken cancellationToken) =>
        server.SendMessageAsync(new JsonRpcNotification { Method = method, Params = parameters }, cancellationToken);
}
