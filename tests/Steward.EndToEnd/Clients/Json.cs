using System.Text.Json;
using System.Text.Json.Nodes;

namespace Steward.EndToEnd.Clients;

/// <summary>Short names for the parts of MCP messages.</summary>
internal static class Json
{
    public static string TextOfTool(this JsonElement result) => result.GetProperty("content")[0].GetProperty("text").GetString()!;

    public static bool IsMethod(this JsonElement message, string method) =>
        message.TryGetProperty("method", out var value) && value.ValueEquals(method);

    public static bool IsRequest(this JsonElement message) => message.TryGetProperty("method", out _) && message.TryGetProperty("id", out _);

    /// <summary>The names in a list result, in its order: <c>tools</c>, <c>prompts</c>, <c>resources</c>.</summary>
    public static string[] Names(this JsonElement result, string list, string member = "name") =>
        [.. result.GetProperty(list).EnumerateArray().Select(item => item.GetProperty(member).GetString()!)];

    /// <summary>The parameters of <c>tools/call</c>.</summary>
    public static JsonObject Call(string tool, JsonObject? arguments = null, string? progressToken = null)
    {
        var parameters = new JsonObject { ["name"] = tool, ["arguments"] = arguments ?? [] };
        if (progressToken is not null)
            parameters["_meta"] = new JsonObject { ["progressToken"] = progressToken };
        return parameters;
    }
}
