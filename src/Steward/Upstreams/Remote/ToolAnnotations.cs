using System.Text.Json;
using Steward.Configuration.Keys;
using Steward.Wire;

namespace Steward.Upstreams.Remote;

/// <summary>
/// Finds the parameters that a tool's schema marks by <c>x-mcp-header</c>.
/// See <see href="https://modelcontextprotocol.io/specification/2026-07-28/basic/transports/streamable-http#schema-extension"/>.
/// </summary>
internal sealed class ToolAnnotations
{
    private const string Annotation = "x-mcp-header";

    private readonly List<ToolHeader> _headers = [];
    private readonly List<string> _path = [];
    private string? _problem;

    private ToolAnnotations()
    {
    }

    /// <summary>Reads a tool as its server described it.</summary>
    /// <param name="tool">The whole JSON object.</param>
    /// <param name="problem">Why the tool must not be offered; <see langword="null"/> where all is well.</param>
    public static IReadOnlyList<ToolHeader> Read(ReadOnlyMemory<byte> tool, out string? problem)
    {
        problem = null;
        if (tool.Span.IndexOf("x-mcp-header"u8) < 0 && tool.Span.IndexOf("\\u"u8) < 0)
            return []; // the common case

        using var document = JsonDocument.Parse(tool, new JsonDocumentOptions { MaxDepth = JsonRpcEnvelope.ReaderOptions.MaxDepth });
        if (!document.RootElement.TryGetProperty("inputSchema"u8, out var schema))
            return [];
        var annotations = new ToolAnnotations();
        annotations.VisitSchema(schema, isReachable: true);
        problem = annotations._problem;
        return annotations._headers;
    }

    private void VisitSchema(JsonElement schema, bool isReachable)
    {
        if (schema.ValueKind == JsonValueKind.Array)
        {
            foreach (var item in schema.EnumerateArray())
                VisitSchema(item, isReachable: false);
        }

        if (schema.ValueKind != JsonValueKind.Object)
            return;
        foreach (var member in schema.EnumerateObject())
        {
            switch (member.Name)
            {
                case Annotation:
                    Take(schema, member.Value, isReachable);
                    break;
                case "properties":
                    VisitProperties(member.Value, isReachable);
                    break;
                case "patternProperties" or "$defs" or "definitions" or "dependentSchemas":
                    VisitProperties(member.Value, isReachable: false);
                    break;
                case "default" or "const" or "enum" or "examples":
                    break; // data, whatever it looks like
                default:
                    VisitSchema(member.Value, isReachable: false);
                    break;
            }
        }
    }

    private void VisitProperties(JsonElement properties, bool isReachable)
    {
        if (properties.ValueKind != JsonValueKind.Object)
            return;
        foreach (var property in properties.EnumerateObject())
        {
            _path.Add(property.Name);
            VisitSchema(property.Value, isReachable);
            _path.RemoveAt(_path.Count - 1);
        }
    }

    private void Take(JsonElement schema, JsonElement annotation, bool isReachable)
    {
        var name = annotation.ValueKind == JsonValueKind.String ? annotation.GetString()! : null;
        if (!isReachable || _path.Count == 0)
            Refuse("stands where no chain of properties leads");
        else if (name is null || TextRules.HeaderName.Complain(name) is not null)
            Refuse("is no name of a header");
        else if (!IsPrimitive(schema))
            Refuse("marks a parameter that is neither string nor integer nor boolean");
        else if (_headers.Any(header => header.Name.Equals(RemoteHeaders.ParameterPrefix + name, StringComparison.OrdinalIgnoreCase)))
            Refuse("gives a name that another parameter has");
        else
            _headers.Add(new ToolHeader(RemoteHeaders.ParameterPrefix + name, [.. _path]));
    }

    private void Refuse(string reason) => _problem ??= $"{Annotation} at '{string.Join('.', _path)}' {reason}";

    private static bool IsPrimitive(JsonElement schema)
    {
        if (!schema.TryGetProperty("type"u8, out var type))
            return false;
        return type.ValueKind == JsonValueKind.Array
            ? type.GetArrayLength() > 0 && type.EnumerateArray().All(static one => IsPrimitiveName(one) || one.ValueEquals("null"u8)) && type.EnumerateArray().Any(IsPrimitiveName)
            : IsPrimitiveName(type);
    }

    private static bool IsPrimitiveName(JsonElement type) =>
        type.ValueKind == JsonValueKind.String && (type.ValueEquals("string"u8) || type.ValueEquals("integer"u8) || type.ValueEquals("boolean"u8));
}
