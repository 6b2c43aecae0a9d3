using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Steward.Configuration.Keys;
using Steward.Configuration.Sections;

namespace Steward.Tests.Configuration;

/// <summary>Writes the JSON schema for editors from the keys by which the parser reads.</summary>
internal static class SchemaWriter
{
    private static readonly JsonSerializerOptions Readable = new()
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        NewLine = "\n",
    };

    public static string Write()
    {
        var definitions = new SortedDictionary<string, JsonObject>(StringComparer.Ordinal);
        var root = ObjectOf(RootSection.Keys, definitions);
        root.Insert(0, "$schema", "https://json-schema.org/draft/2020-12/schema");
        root.Insert(1, "title", "Steward configuration");
        root["required"] = new JsonArray("mcpServers");
        definitions[DefinitionName(ServerSection.Keys)]["oneOf"] = new JsonArray(Required("command"), Required("url"));
        root["$defs"] = new JsonObject(definitions.Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)pair.Value)));
        return root.ToJsonString(Readable) + "\n";
    }

    private static JsonObject Required(string key) => new() { ["required"] = new JsonArray(key) };

    private static JsonObject ObjectOf(KeySet keys, SortedDictionary<string, JsonObject> definitions)
    {
        var properties = new JsonObject();
        foreach (var key in keys.Keys)
        {
            if (key.Inner is { } inner && !definitions.ContainsKey(DefinitionName(inner)))
            {
                definitions[DefinitionName(inner)] = []; // held free: nothing here nests in itself, but siblings share
                definitions[DefinitionName(inner)] = ObjectOf(inner, definitions);
            }

            properties[key.Name] = Described(key);
        }

        return new JsonObject { ["type"] = "object", ["properties"] = properties, ["additionalProperties"] = false };
    }

    private static JsonObject Described(ConfigKey key)
    {
        var schema = ValueOf(key);
        schema.Insert(0, "description", key.Description.Replace("`", "", StringComparison.Ordinal));
        return schema;
    }

    private static JsonObject ValueOf(ConfigKey key) => key switch
    {
        INumberKey number => new()
        {
            ["type"] = number.MayBeNull ? new JsonArray(number.Range.Whole ? "integer" : "number", "null") : number.Range.Whole ? "integer" : "number",
            ["minimum"] = JsonValue.Create(number.Range.Min),
            ["maximum"] = JsonValue.Create(number.Range.Max),
            ["default"] = JsonNode.Parse(NumberRange.Shown(number.Default)),
        },
        FlagKey flag => new() { ["type"] = "boolean", ["default"] = flag.Default },
        IChoiceKey choice => WithDefault(choice.Default, new()
        {
            ["anyOf"] = new JsonArray(
                new JsonObject { ["enum"] = new JsonArray([.. choice.Words.Concat(choice.Aliases).Select(word => JsonValue.Create(word))]) },
                new JsonObject { ["type"] = "string", ["pattern"] = @"\$\{(env|file):" }),
        }),
        TextKey text => WithDefault(text.Default, new() { ["type"] = "string" }),
        JsonKey { MayBeText: true } => new() { ["type"] = new JsonArray("object", "string") },
        JsonKey => new() { ["type"] = "object" },
        TextListKey list => List(list),
        TextMapKey => new() { ["type"] = "object", ["additionalProperties"] = new JsonObject { ["type"] = "string" } },
        SectionMapKey map => new()
        {
            ["type"] = "object",
            ["propertyNames"] = new JsonObject { ["pattern"] = $"^[A-Za-z0-9_-]{{1,{TextRules.MaxIdLength}}}$" },
            ["additionalProperties"] = Reference(map.Inner),
        },
        ISectionKey { MayBeNull: true } => new() { ["anyOf"] = new JsonArray(Reference(key.Inner!), new JsonObject { ["type"] = "null" }) },
        ISectionKey => Reference(key.Inner!),
        _ => throw new NotSupportedException($"{key.Name} is a {key.GetType().Name}, which the schema cannot say yet."),
    };

    private static JsonObject List(TextListKey key)
    {
        var schema = new JsonObject { ["type"] = "array", ["items"] = new JsonObject { ["type"] = "string" } };
        if (key.Absent == "none")
            schema["default"] = new JsonArray();
        return schema;
    }

    private static JsonObject WithDefault(string? standard, JsonObject schema)
    {
        if (standard is not null)
            schema["default"] = standard;
        return schema;
    }

    private static JsonObject Reference(KeySet keys) => new() { ["$ref"] = $"#/$defs/{DefinitionName(keys)}" };

    private static string DefinitionName(KeySet keys) => keys.Name.Split(' ')[^1];
}
