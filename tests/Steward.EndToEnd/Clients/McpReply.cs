using System.Text.Json;

namespace Steward.EndToEnd.Clients;

/// <summary>The answer to a request, and what came before it on the same stream, in order.</summary>
internal sealed record McpReply(JsonElement Message, IReadOnlyList<JsonElement> Before)
{
    public bool IsError => Message.TryGetProperty("error", out _);

    public JsonElement Result => Message.TryGetProperty("result", out var result)
        ? result
        : throw new InvalidOperationException($"an error: {Message}");

    public JsonElement Error => Message.GetProperty("error");

    /// <summary>The text of the first content block of a tool's result.</summary>
    public string Text => Result.TextOfTool();
}
