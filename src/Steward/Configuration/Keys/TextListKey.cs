using System.Text.Json;
using Steward.Configuration.Parsing;

namespace Steward.Configuration.Keys;

/// <summary>A list of texts.</summary>
/// <param name="name">The key.</param>
/// <param name="format">How each text is read.</param>
/// <param name="absent">What an absent list means, for the manual.</param>
/// <param name="description">What it means.</param>
internal sealed class TextListKey(string name, TextFormat format, string absent, string description) : ConfigKey<IReadOnlyList<string>?>(name, description)
{
    public string Absent { get; } = absent;

    public override IReadOnlyList<string>? Read(ConfigValue value, IReadOnlyList<string>? inherited)
    {
        if (value.Node.Kind != JsonValueKind.Array)
        {
            value.Problem($"is {Quote.Value(value.Node, format.Secret)}, but must be a list of strings",
                value.Node.Kind == JsonValueKind.String ? "Put it in brackets: [\"…\"]. One string is one element; no shell splits it." : "Write [\"…\", \"…\"].");
            return inherited;
        }

        var texts = new List<string>(value.Node.Items.Count);
        for (var i = 0; i < value.Node.Items.Count; i++)
            texts.Add(format.Read(value.Item(i)) ?? ""); // after a problem nobody gets the list, but checks count on its length

        return texts;
    }

    public override bool Same(IReadOnlyList<string>? left, IReadOnlyList<string>? right) =>
        left is null ? right is null : right is not null && left.SequenceEqual(right, StringComparer.Ordinal);

    protected override void WriteValue(Utf8JsonWriter json, IReadOnlyList<string>? value, IReadOnlyList<string>? standard)
    {
        json.WriteStartArray();
        foreach (var text in value!)
            json.WriteStringValue(format.Written(text));
        json.WriteEndArray();
    }
}
