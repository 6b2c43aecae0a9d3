using System.Text.Json;
using Steward.Configuration.Parsing;

namespace Steward.Configuration.Keys;

/// <summary>Texts under names that the operator chooses. Adds to what is inherited, name by name.</summary>
internal sealed class TextMapKey(string name, TextRule names, TextFormat format, StringComparer comparer, string description)
    : ConfigKey<IReadOnlyDictionary<string, string>>(name, description)
{
    public override IReadOnlyDictionary<string, string> Read(ConfigValue value, IReadOnlyDictionary<string, string> inherited)
    {
        if (value.Node.Kind != JsonValueKind.Object)
        {
            value.Problem($"is {Quote.Value(value.Node, format.Secret)}, but must be an object with string values", "Write { \"NAME\": \"value\" }.");
            return inherited;
        }

        var own = new Dictionary<string, string>(comparer);
        foreach (var property in value.Node.Properties)
        {
            var member = value.Member(property);
            if (names.Complain(property.Name) is { } complaint)
                value.Reading.Problem(property.Offset, member.Path, $"the name {complaint}", names.Mend);
            else if (format.Read(member) is { } text && !own.TryAdd(property.Name, text) && !own.Keys.Contains(property.Name, StringComparer.Ordinal))
                value.Reading.Problem(property.Offset, member.Path, "the name is given before in other letters, and upper or lower case does not matter here", "Remove one of the two.");
        }

        var merged = new Dictionary<string, string>(inherited, comparer);
        foreach (var (key, text) in own)
            merged[key] = text;
        return merged;
    }

    public override bool Same(IReadOnlyDictionary<string, string> left, IReadOnlyDictionary<string, string> right)
    {
        if (left.Count != right.Count)
            return false;

        var named = new Dictionary<string, string>(right, comparer);
        return left.All(pair => named.TryGetValue(pair.Key, out var text) && text == pair.Value);
    }

    protected override void WriteValue(Utf8JsonWriter json, IReadOnlyDictionary<string, string> value, IReadOnlyDictionary<string, string> standard)
    {
        json.WriteStartObject();
        foreach (var (name, text) in value)
            json.WriteString(name, format.Written(text));
        json.WriteEndObject();
    }
}
