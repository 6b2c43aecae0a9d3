using System.Text.Json;
using Steward.Configuration;

namespace Steward.Upstreams;

/// <summary>Compares the result of a tool with what a probe is told to expect.</summary>
internal static class ExpectedResult
{
    // Of what a server says, which ends up in a status.
    private const int Longest = 200;

    /// <summary>What is wrong with a result, as the end of a sentence that begins with the tool; <see langword="null"/> where nothing is.</summary>
    public static string? Complain(HealthCall call, ReadOnlyMemory<byte> result)
    {
        try
        {
            using var document = JsonDocument.Parse(result);
            return document.RootElement.ValueKind == JsonValueKind.Object ? Complain(call, document.RootElement) : "answered with something that is no result";
        }
        catch (Exception unreadable) when (unreadable is JsonException or InvalidOperationException)
        {
            return "answered with something that is no result";
        }
    }

    /// <summary>Words of a server, bounded.</summary>
    public static string Bounded(string text) => BoundedText.Of(text, Longest);

    private static string? Complain(HealthCall call, JsonElement result)
    {
        var texts = Texts(result);
        if (result.TryGetProperty("resultType"u8, out var type) && type.ValueKind == JsonValueKind.String && type.ValueEquals("input_required"u8))
            return "asks for input, which a probe cannot give";
        if (result.TryGetProperty("isError"u8, out var isError) && isError.ValueKind == JsonValueKind.True)
            return $"answered with an error: {Said(texts)}";
        if (call.ExpectedText is { } text && !texts.Any(said => said.Contains(text, StringComparison.Ordinal)))
            return $"answered without '{Bounded(text)}': {Said(texts)}";
        return call.ExpectedMembers is { } members ? ComplainOfMembers(members, result, texts) : null;
    }

    private static string? ComplainOfMembers(string members, JsonElement result, string[] texts)
    {
        using var expected = JsonDocument.Parse(members);
        if (result.TryGetProperty("structuredContent"u8, out var structured))
            return Difference(expected.RootElement, structured, "structuredContent");
        foreach (var text in texts)
        {
            if (TryParse(text) is not { } document)
                continue;
            using (document)
                return Difference(expected.RootElement, document.RootElement, "its text");
        }

        return $"answered without structured content: {Said(texts)}";
    }

    private static string? Difference(JsonElement expected, JsonElement actual, string path)
    {
        if (expected.ValueKind != JsonValueKind.Object)
            return JsonElement.DeepEquals(expected, actual) ? null : $"answered otherwise than expected: {path} is {Bounded(actual.GetRawText())}, not {Bounded(expected.GetRawText())}";
        if (actual.ValueKind != JsonValueKind.Object)
            return $"answered otherwise than expected: {path} is {Bounded(actual.GetRawText())}, no object";
        foreach (var member in expected.EnumerateObject())
        {
            if (!actual.TryGetProperty(member.Name, out var value))
                return $"answered otherwise than expected: {path} has no {Bounded(member.Name)}";
            if (Difference(member.Value, value, $"{path}.{Bounded(member.Name)}") is { } difference)
                return difference;
        }

        return null;
    }

    private static JsonDocument? TryParse(string text)
    {
        try
        {
            return text.AsSpan().TrimStart() is ['{', ..] ? JsonDocument.Parse(text) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string[] Texts(JsonElement result) => result.TryGetProperty("content"u8, out var content) && content.ValueKind == JsonValueKind.Array
        ? [.. from item in content.EnumerateArray()
              where item.ValueKind == JsonValueKind.Object && item.TryGetProperty("text"u8, out var text) && text.ValueKind == JsonValueKind.String
              select item.GetProperty("text"u8).GetString()!]
        : [];

    private static string Said(string[] texts) => texts.Length == 0 ? "it said nothing" : $"it said {Bounded(string.Join(' ', texts))}";
}
