using System.Text.Json;
using System.Text.Json.Nodes;

namespace Steward.Agents;

/// <summary>Makes JSON of the arguments of a call.</summary>
internal static class ToolArguments
{
    /// <summary>An object with a member for each argument; who has no value at all is left out.</summary>
    /// <exception cref="ArgumentException">One of them cannot become JSON.</exception>
    public static JsonElement ToJson(string tool, IEnumerable<KeyValuePair<string, object?>> arguments, JsonSerializerOptions options)
    {
        var buffer = new System.Buffers.ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            foreach (var (name, value) in arguments)
            {
                if (value is JsonElement { ValueKind: JsonValueKind.Undefined })
                    continue;
                json.WritePropertyName(name);
                Write(json, tool, name, value, options);
            }

            json.WriteEndObject();
        }

        using var document = JsonDocument.Parse(buffer.WrittenMemory, new JsonDocumentOptions { MaxDepth = 512 });
        return document.RootElement.Clone();
    }

    private static void Write(Utf8JsonWriter json, string tool, string name, object? value, JsonSerializerOptions options)
    {
        switch (value)
        {
            case null:
                json.WriteNullValue();
                break;
            case JsonElement element:
                element.WriteTo(json);
                break;
            case JsonNode node:
                node.WriteTo(json, options);
                break;
            case JsonDocument document:
                document.WriteTo(json);
                break;
            default:
                WriteObject(json, tool, name, value, options);
                break;
        }
    }

    private static void WriteObject(Utf8JsonWriter json, string tool, string name, object value, JsonSerializerOptions options)
    {
        try
        {
            // Into a value of its own first: half of one must not stand in what is sent.
            JsonSerializer.SerializeToElement(value, options.GetTypeInfo(value.GetType())).WriteTo(json);
        }
        catch (Exception failure) when (failure is NotSupportedException or JsonException or InvalidOperationException or ArgumentException)
        {
            throw new ArgumentException(
                $"Argument '{name}' of tool '{tool}' is a {value.GetType()}, of which no JSON can be made: {failure.Message} Give {nameof(ServerToolOptions)}.{nameof(ServerToolOptions.JsonSerializerOptions)} a TypeInfoResolver that knows the type.",
                nameof(value),
                failure);
        }
    }
}
