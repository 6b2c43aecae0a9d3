using System.Text.Json;

namespace Steward.Agents;

/// <summary>Reads what a server wrote, which may be anything.</summary>
internal static class ToolJson
{
    /// <summary>A member of that kind; undefined where there is none.</summary>
    public static JsonElement Member(this JsonElement element, string name, JsonValueKind kind) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var member) && member.ValueKind == kind ? member : default;

    /// <summary>A text; <see langword="null"/> where there is none, or one that is no valid text.</summary>
    public static string? Text(this JsonElement element, string name)
    {
        try
        {
            return element.Member(name, JsonValueKind.String) is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;
        }
        catch (InvalidOperationException) // half a surrogate pair
        {
            return null;
        }
    }

    public static bool? Flag(this JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var flag)
            ? flag.ValueKind switch { JsonValueKind.True => true, JsonValueKind.False => false, _ => null }
            : null;
}
