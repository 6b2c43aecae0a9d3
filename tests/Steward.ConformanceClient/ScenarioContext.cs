using System.Text.Json;

namespace Steward.ConformanceClient;

/// <summary>What the suite tells the client beside the URL: credentials, and calls to make.</summary>
internal sealed class ScenarioContext(JsonElement root)
{
    public static ScenarioContext Parse(string? json) => new(json is { Length: > 0 } ? JsonElement.Parse(json) : default);

    public string? Text(string name) => root.ValueKind == JsonValueKind.Object && root.TryGetProperty(name, out var text) ? text.GetString() : null;

    /// <summary>The calls to make: a tool and its arguments each.</summary>
    public IEnumerable<(string Tool, Dictionary<string, object?> Arguments)> Calls()
    {
        if (root.ValueKind != JsonValueKind.Object)
            return [];
        var calls = root.TryGetProperty("toolCalls", out var several) ? several.EnumerateArray() : root.TryGetProperty("toolCall", out var one) ? [one] : Enumerable.Empty<JsonElement>();
        return calls.Select(call => (
            call.GetProperty("name").GetString()!,
            call.TryGetProperty("arguments", out var arguments)
                ? arguments.EnumerateObject().ToDictionary(argument => argument.Name, argument => (object?)argument.Value)
                : []));
    }
}
