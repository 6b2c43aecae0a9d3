using System.Text.Json.Nodes;

namespace Steward.TestServer.Web;

/// <summary>What the faulty servers of the web say where they have no fault.</summary>
internal static class Messages
{
    /// <summary>The answer to a message; <see langword="null"/> where it wants none.</summary>
    public static string? AnswerTo(JsonNode message)
    {
        if (message["id"] is not { } id)
            return null;
        var result = (string?)message["method"] switch
        {
            "initialize" => """{"protocolVersion":"2025-11-25","capabilities":{"tools":{}},"serverInfo":{"name":"faulty-web","version":"1.0.0"}}""",
            "tools/list" => """{"tools":[{"name":"echo","inputSchema":{"type":"object"}},{"name":"misbehave","inputSchema":{"type":"object"}}]}""",
            "tools/call" => $$"""{"content":[{"type":"text","text":{{message["params"]!["arguments"]!["text"]!.ToJsonString()}}}]}""",
            "ping" => "{}",
            _ => null,
        };
        return result is null
            ? $$$"""{"jsonrpc":"2.0","id":{{{id.ToJsonString()}}},"error":{"code":-32601,"message":"Method not found"}}"""
            : $$"""{"jsonrpc":"2.0","id":{{id.ToJsonString()}},"result":{{result}}}""";
    }
}
