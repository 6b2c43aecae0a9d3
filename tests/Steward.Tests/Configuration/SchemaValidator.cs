using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Steward.Tests.Configuration;

/// <summary>Validates JSON by the part of draft 2020-12 that our schema uses, and refuses a schema that uses more.</summary>
internal sealed class SchemaValidator(JsonObject root)
{
    private static readonly HashSet<string> Annotations = ["$schema", "$defs", "title", "description", "default"];

    /// <summary>Reads JSON with comments and trailing commas, as the configuration has it.</summary>
    public static JsonNode? ParseLenient(string text) => JsonNode.Parse(text, documentOptions: new()
    {
        AllowTrailingCommas = true,
        CommentHandling = JsonCommentHandling.Skip,
    });

    /// <summary>Every violation, with its place.</summary>
    public IReadOnlyList<string> Validate(JsonNode? value) => [.. Check(root, value, "$")];

    private IEnumerable<string> Check(JsonObject schema, JsonNode? value, string place) =>
        schema.SelectMany(keyword => Annotations.Contains(keyword.Key) ? [] : Check(schema, keyword.Key, keyword.Value!, value, place));

    private IEnumerable<string> Check(JsonObject schema, string keyword, JsonNode rule, JsonNode? value, string place) => keyword switch
    {
        "$ref" => Check(Resolve(rule.GetValue<string>()), value, place),
        "anyOf" => rule.AsArray().Any(option => !Check(option!.AsObject(), value, place).Any()) ? [] : [$"{place}: fits no option"],
        "oneOf" => rule.AsArray().Count(option => !Check(option!.AsObject(), value, place).Any()) == 1 ? [] : [$"{place}: does not fit exactly one option"],
        "type" => IsOfType(value, rule.GetValue<string>()) ? [] : [$"{place}: is no {rule}"],
        "enum" => rule.AsArray().Any(option => JsonNode.DeepEquals(option, value)) ? [] : [$"{place}: is none of {rule.ToJsonString()}"],
        "pattern" => value is JsonValue text && text.GetValueKind() == JsonValueKind.String && !Regex.IsMatch(text.GetValue<string>(), rule.GetValue<string>())
            ? [$"{place}: does not match {rule}"]
            : [],
        "minimum" => Number(value) < Number(rule) ? [$"{place}: is less than {rule}"] : [],
        "maximum" => Number(value) > Number(rule) ? [$"{place}: is more than {rule}"] : [],
        "items" => value is JsonArray items ? items.SelectMany((item, index) => Check(rule.AsObject(), item, $"{place}[{index}]")) : [],
        "required" => value is JsonObject owner
            ? rule.AsArray().Where(key => !owner.ContainsKey(key!.GetValue<string>())).Select(key => $"{place}: lacks {key}")
            : [],
        "properties" => value is JsonObject members
            ? members.Where(member => rule.AsObject().ContainsKey(member.Key)).SelectMany(member => Check(rule[member.Key]!.AsObject(), member.Value, $"{place}.{member.Key}"))
            : [],
        "propertyNames" => value is JsonObject named ? named.SelectMany(member => Check(rule.AsObject(), JsonValue.Create(member.Key), $"{place}.{member.Key} (name)")) : [],
        "additionalProperties" => value is JsonObject all ? CheckAdditional(schema, rule, all, place) : [],
        _ => throw new NotSupportedException($"The schema uses the keyword {keyword}, which this validator does not know."),
    };

    private IEnumerable<string> CheckAdditional(JsonObject schema, JsonNode rule, JsonObject value, string place)
    {
        var known = schema["properties"] as JsonObject ?? [];
        foreach (var member in value.Where(member => !known.ContainsKey(member.Key)))
        {
            if (rule is JsonObject additional)
            {
                foreach (var violation in Check(additional, member.Value, $"{place}.{member.Key}"))
                    yield return violation;
            }
            else if (!rule.GetValue<bool>())
            {
                yield return $"{place}.{member.Key}: is not allowed";
            }
        }
    }

    private JsonObject Resolve(string reference) => reference.StartsWith("#/$defs/", StringComparison.Ordinal)
        ? root["$defs"]![reference["#/$defs/".Length..]]!.AsObject()
        : throw new NotSupportedException($"The schema refers to {reference}, which this validator does not follow.");

    private static bool IsOfType(JsonNode? value, string type) => (type, value?.GetValueKind() ?? JsonValueKind.Null) switch
    {
        ("object", JsonValueKind.Object) or ("array", JsonValueKind.Array) or ("string", JsonValueKind.String) => true,
        ("number", JsonValueKind.Number) or ("null", JsonValueKind.Null) or ("boolean", JsonValueKind.True or JsonValueKind.False) => true,
        ("integer", JsonValueKind.Number) => decimal.IsInteger(Number(value)!.Value),
        ("object" or "array" or "string" or "number" or "null" or "boolean" or "integer", _) => false,
        _ => throw new NotSupportedException($"The schema uses the type {type}, which this validator does not know."),
    };

    /// <summary>Null, which compares to nothing, for what is no number.</summary>
    private static decimal? Number(JsonNode? value) => value?.GetValueKind() == JsonValueKind.Number
        ? decimal.Parse(value.ToJsonString(), System.Globalization.NumberStyles.Float, System.Globalization.CultureInfo.InvariantCulture)
        : null;
}
