using System.Text.Json;
using Steward.Configuration.Parsing;

namespace Steward.Configuration.Keys;

/// <summary>A switch: true or false.</summary>
internal sealed class FlagKey(string name, bool standard, string description) : ConfigKey<bool>(name, description)
{
    public bool Default { get; } = standard;

    public override bool Read(ConfigValue value, bool inherited)
    {
        if (value.Node.Kind is JsonValueKind.True or JsonValueKind.False)
            return value.Node.Kind == JsonValueKind.True;

        value.Problem($"is {Quote.Value(value.Node, secret: false)}, but must be true or false",
            value.Node is { Kind: JsonValueKind.String, Text: "true" or "false" } ? "Remove the quotes." : "Write true or false.");
        return inherited;
    }

    protected override void WriteValue(Utf8JsonWriter json, bool value, bool standard) => json.WriteBooleanValue(value);
}
