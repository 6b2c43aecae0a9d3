using System.Text.Json;

namespace Steward;

/// <summary>Reads JSON that strangers wrote: what is not of the expected kind counts as absent.</summary>
internal static class JsonFields
{
    /// <summary>A member by the first of its names that is there.</summary>
    public static JsonElement? Member(this JsonElement element, params ReadOnlySpan<string> names)
    {
        if (element.ValueKind != JsonValueKind.Object)
            return null;
        foreach (var name in names)
        {
            if (element.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null)
                return value;
        }

        return null;
    }

    /// <summary>A member that is an object.</summary>
    public static JsonElement? Object(this JsonElement element, params ReadOnlySpan<string> names) =>
        element.Member(names) is { ValueKind: JsonValueKind.Object } value ? value : null;

    /// <summary>A text that is not empty.</summary>
    public static string? Text(this JsonElement element, params ReadOnlySpan<string> names) => element.Member(names)?.AsText() is { Length: > 0 } text ? text : null;

    /// <summary>A switch; null where it is not given.</summary>
    public static bool? Flag(this JsonElement element, params ReadOnlySpan<string> names) =>
        element.Member(names) is { ValueKind: JsonValueKind.True or JsonValueKind.False } value ? value.GetBoolean() : null;

    /// <summary>The items of a list; none where it is no list.</summary>
    public static IEnumerable<JsonElement> Items(this JsonElement element, params ReadOnlySpan<string> names) =>
        element.Member(names) is { ValueKind: JsonValueKind.Array } list ? list.EnumerateArray() : [];

    /// <summary>The members of an object; none where it is no object.</summary>
    public static IEnumerable<JsonProperty> Members(this JsonElement element, params ReadOnlySpan<string> names) =>
        element.Object(names)?.EnumerateObject() ?? Enumerable.Empty<JsonProperty>();

    /// <summary>The texts of a list of texts.</summary>
    public static IEnumerable<string> Texts(this JsonElement element, params ReadOnlySpan<string> names) => element.Items(names).Select(AsText).OfType<string>();

    private static string? AsText(this JsonElement value)
    {
        try
        {
            return value.ValueKind == JsonValueKind.String ? value.GetString() : null;
        }
        catch (InvalidOperationException) // half a surrogate pair
        {
            return null;
        }
    }
}
