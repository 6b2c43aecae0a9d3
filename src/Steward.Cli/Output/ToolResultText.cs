using System.Text.Json;

namespace Steward.Cli.Output;

/// <summary>Prints the result of a tool call for people: text as text, the rest by what it is.</summary>
internal static class ToolResultText
{
    public static void Write(TextWriter output, JsonElement result)
    {
        var written = false;
        if (result.TryGetProperty("content", out var content) && content.ValueKind == JsonValueKind.Array)
        {
            foreach (var block in content.EnumerateArray())
            {
                output.WriteLine(Describe(block));
                written = true;
            }
        }

        if (!written && result.TryGetProperty("structuredContent", out var structured))
            output.WriteLine(SafeText.Lines(structured.GetRawText()));
    }

    private static string Describe(JsonElement block)
    {
        if (block.ValueKind != JsonValueKind.Object)
            return SafeText.Lines(block.GetRawText());
        return Text(block, "type") switch
        {
            "text" => SafeText.Lines(Text(block, "text")),
            "image" or "audio" => $"[{Text(block, "type")}, {SafeText.Line(Text(block, "mimeType"))}, {DecodedLength(Text(block, "data"))} bytes]",
            "resource_link" => $"[link {SafeText.Line(Text(block, "uri"))}]{Named(block)}",
            "resource" when block.TryGetProperty("resource", out var resource) => DescribeResource(resource),
            _ => SafeText.Lines(block.GetRawText()),
        };
    }

    private static string DescribeResource(JsonElement resource)
    {
        var head = $"[resource {SafeText.Line(Text(resource, "uri"))}";
        return Text(resource, "text") is { } text
            ? $"{head}]\n{SafeText.Lines(text)}"
            : $"{head}, {SafeText.Line(Text(resource, "mimeType") ?? "binary")}, {DecodedLength(Text(resource, "blob"))} bytes]";
    }

    private static string Named(JsonElement block) => Text(block, "name") is { } name ? $" {SafeText.Line(name)}" : "";

    private static string? Text(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static int DecodedLength(string? base64) => base64 is null ? 0 : (base64.TrimEnd('=').Length * 3) / 4;
}
