using System.Text.Json;
using Steward.Configuration.Parsing;

namespace Steward.Configuration.Keys;

/// <summary>A JSON value that is handed on as it is: an object, or where that is allowed a text. References in it are not resolved, and are a problem therefore.</summary>
internal sealed class JsonKey(string name, string description) : ConfigKey<string?>(name, description)
{
    /// <summary>Whether a text will do as well.</summary>
    public bool MayBeText { get; init; }

    public override string? Read(ConfigValue value, string? inherited)
    {
        var isFit = value.Node.Kind == JsonValueKind.Object || (MayBeText && value.Node.Kind == JsonValueKind.String);
        if (!isFit)
        {
            value.Problem($"is {Quote.Value(value.Node, secret: false)}, but must be an object{(MayBeText ? " or a text" : "")}",
                MayBeText ? "Write { }, or a text in quotes." : "Write { }.");
            return inherited;
        }

        if (!HoldsReference(value.Node))
            return NodeJson.Text(value.Node);
        value.Problem("holds a reference such as ${env:NAME}, and none are resolved here", "Write the value itself.");
        return inherited;
    }

    protected override void WriteValue(Utf8JsonWriter json, string? value, string? standard) => json.WriteRawValue(value!);

    private static bool HoldsReference(ConfigNode node) =>
        node.Text.Contains("${env:", StringComparison.Ordinal) || node.Text.Contains("${file:", StringComparison.Ordinal)
        || node.Items.Any(HoldsReference) || node.Properties.Any(property => HoldsReference(property.Value));
}
