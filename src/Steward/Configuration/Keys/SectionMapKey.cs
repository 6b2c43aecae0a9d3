using System.Text.Json;
using Steward.Configuration.Parsing;

namespace Steward.Configuration.Keys;

/// <summary>Objects of one kind under names that the operator chooses.</summary>
internal sealed class SectionMapKey(string name, TextRule names, KeySet keys, string description) : ConfigKey(name, description)
{
    public override KeySet Inner => keys;

    /// <summary>Each entry with a good name, once.</summary>
    public IEnumerable<(ConfigProperty Property, ConfigValue Value)> Entries(ConfigValue value)
    {
        if (value.Node.Kind != JsonValueKind.Object)
        {
            value.Problem($"is {Quote.Value(value.Node, secret: false)}, but must be an object", "Write { \"id\": { … } }.");
            yield break;
        }

        foreach (var property in value.Node.Properties.DistinctBy(property => property.Name))
        {
            var member = value.Member(property);
            if (names.Complain(property.Name) is { } complaint)
                value.Reading.Problem(property.Offset, member.Path, $"the id {Quote.Text(property.Name)} {complaint}", names.Mend);
            yield return (property, member);
        }
    }
}
