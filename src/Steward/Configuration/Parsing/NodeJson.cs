using System.Buffers;
using System.Text;
using System.Text.Json;

namespace Steward.Configuration.Parsing;

/// <summary>Turns nodes back into JSON, where the text of others is carried and not understood. Numbers keep their text.</summary>
internal static class NodeJson
{
    /// <summary>Members under their names; of two with one name, which is a problem anyway, the first.</summary>
    public static IReadOnlyDictionary<string, JsonElement> Members(IEnumerable<ConfigProperty> properties)
    {
        var members = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (var property in properties)
        {
            if (!members.ContainsKey(property.Name))
                members.Add(property.Name, Element(property.Value));
        }

        return members;
    }

    /// <summary>A value as the text of JSON, without what people put between its parts.</summary>
    public static string Text(ConfigNode node) => Encoding.UTF8.GetString(Bytes(node).WrittenSpan);

    private static JsonElement Element(ConfigNode node) => JsonElement.Parse(Bytes(node).WrittenSpan);

    private static ArrayBufferWriter<byte> Bytes(ConfigNode node)
    {
        var utf8 = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(utf8))
            Write(json, node);
        return utf8;
    }

    private static void Write(Utf8JsonWriter json, ConfigNode node)
    {
        switch (node.Kind)
        {
            case JsonValueKind.Object:
                json.WriteStartObject();
                foreach (var property in node.Properties.DistinctBy(property => property.Name))
                {
                    json.WritePropertyName(property.Name);
                    Write(json, property.Value);
                }

                json.WriteEndObject();
                break;
            case JsonValueKind.Array:
                json.WriteStartArray();
                foreach (var item in node.Items)
                    Write(json, item);
                json.WriteEndArray();
                break;
            case JsonValueKind.String:
                json.WriteStringValue(node.Text);
                break;
            case JsonValueKind.Number:
                json.WriteRawValue(node.Text);
                break;
            default:
                json.WriteRawValue(Quote.Value(node, secret: false));
                break;
        }
    }
}
