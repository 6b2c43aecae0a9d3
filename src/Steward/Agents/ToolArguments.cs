using System.Buffers;
using System.Text.Json;
using System.Text.Json.Nodes;
using Steward.Wire;

namespace Steward.Agents;

/// <summary>Makes JSON of the arguments of a call.</summary>
internal static class ToolArguments
{
    /// <summary>An object with a member for each argument; who has no value at all is left out.</summary>
    /// <exception cref="ArgumentException">One of them cannot become JSON.</exception>
    public static JsonElement ToJson(string tool, IEnumerable<KeyValuePair<string, object?>> arguments, JsonSerializerOptions options)
    {
        var buffer = new ArrayBufferWriter<byte>();
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

        try
        {
            using var document = JsonDocument.Parse(buffer.WrittenMemory, new JsonDocumentOptions { MaxDepth = JsonRpcEnvelope.ReaderOptions.MaxDepth });
            return document.RootElement.Clone();
        }
        catch (JsonException tooDeep)
        {
            throw new ArgumentException($"The arguments of tool '{tool}' are nested deeper than {JsonRpcEnvelope.ReaderOptions.MaxDepth} levels.", nameof(arguments), tooDeep);
        }
    }

    private static void Write(Utf8JsonWriter json, string tool, string name, object? value, JsonSerializerOptions options)
    {
        try
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
                    JsonSerializer.Serialize(json, value, options.GetTypeInfo(value.GetType()));
                    break;
            }
        }
        catch (Exception failure) when (failure is NotSupportedException or JsonException or InvalidOperationException or ArgumentException)
        {
            throw new ArgumentException(
                $"Argument '{name}' of tool '{tool}' is a {value?.GetType()}, of which no JSON can be made: {failure.Message} Give {nameof(ServerToolOptions)}.{nameof(ServerToolOptions.JsonSerializerOptions)} a TypeInfoResolver that knows the type.",
                failure);
        }
    }
}
