using System.Buffers;
using System.Text.Json;
using Steward.Wire;

namespace Steward.Catalog;

/// <summary>
/// Reads what a tool's <c>inputSchema</c> says about headers.
/// See <see href="https://modelcontextprotocol.io/specification/2026-07-28/basic/transports/streamable-http#schema-extension"/>.
/// </summary>
internal static class ToolSchema
{
    private const string Prefix = "Mcp-Param-";

    private static readonly SearchValues<char> TokenCharacters = SearchValues.Create("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    private static ReadOnlySpan<byte> Annotation => "x-mcp-header"u8;

    /// <summary>The parameters that are repeated in headers. None where an annotation breaks the rules: clients must not use such a tool at all.</summary>
    public static IReadOnlyList<ParameterHeader> ReadHeaders(ReadOnlySpan<byte> tool)
    {
        if (tool.IndexOf(Annotation) < 0)
            return []; // nearly every tool
        try
        {
            var reader = new Utf8JsonReader(tool, JsonRpcEnvelope.ReaderOptions);
            using var document = JsonDocument.ParseValue(ref reader);
            var headers = new List<ParameterHeader>();
            return document.RootElement.TryGetProperty("inputSchema"u8, out var schema) && TryCollect(schema, [], headers) && AreUnique(headers) ? headers : [];
        }
        catch (InvalidOperationException)
        {
            return []; // half a surrogate pair in a name
        }
    }

    private static bool TryCollect(JsonElement schema, string[] path, List<ParameterHeader> headers)
    {
        if (schema.ValueKind != JsonValueKind.Object || !schema.TryGetProperty("properties"u8, out var properties) || properties.ValueKind != JsonValueKind.Object)
            return true;
        foreach (var property in properties.EnumerateObject())
        {
            string[] own = [.. path, property.Name];
            if (property.Value.ValueKind == JsonValueKind.Object && property.Value.TryGetProperty(Annotation, out var annotation) && !TryAdd(annotation, property.Value, own, headers))
                return false;
            if (!TryCollect(property.Value, own, headers))
                return false;
        }

        return true;
    }

    private static bool TryAdd(JsonElement annotation, JsonElement property, string[] path, List<ParameterHeader> headers)
    {
        if (annotation.ValueKind != JsonValueKind.String || annotation.GetString() is not { Length: > 0 } name || name.AsSpan().ContainsAnyExcept(TokenCharacters))
            return false;
        var type = property.TryGetProperty("type"u8, out var declared) && declared.ValueKind == JsonValueKind.String ? declared.GetString() : null;
        if (type is not ("string" or "integer" or "boolean"))
            return false;
        headers.Add(new ParameterHeader(Prefix + name, path, type == "integer"));
        return true;
    }

    private static bool AreUnique(List<ParameterHeader> headers) =>
        headers.Select(header => header.Header).Distinct(StringComparer.OrdinalIgnoreCase).Count() == headers.Count;
}
