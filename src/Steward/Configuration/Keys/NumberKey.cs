using System.Globalization;
using System.Text.Json;
using Steward.Configuration.Parsing;

namespace Steward.Configuration.Keys;

/// <summary>A number within a range: whole or not, a count or a duration.</summary>
internal sealed class NumberKey<T>(string name, string description, NumberRange range, T standard, Func<decimal, T> from, Func<T, decimal> to)
    : ConfigKey<T>(name, description), INumberKey
{
    public NumberRange Range { get; } = range;

    public decimal Default { get; } = to(standard);

    /// <summary>Whether <c>null</c> says the same as 0.</summary>
    public bool MayBeNull { get; init; }

    public override T Read(ConfigValue value, T inherited)
    {
        if (value.Node.Kind == JsonValueKind.Null && MayBeNull)
            return from(0);
        if (value.Node.Kind != JsonValueKind.Number)
        {
            var quoted = value.Node.Kind == JsonValueKind.String && decimal.TryParse(value.Node.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out _);
            value.Problem($"is {Quote.Value(value.Node, secret: false)}, but must be {Range.Described}",
                quoted ? "Remove the quotes." : $"Write a number, or remove the key to take the default {NumberRange.Shown(Default)}.");
            return inherited;
        }

        // Too large for a decimal is too large for every range here.
        if (decimal.TryParse(value.Node.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && Range.Holds(number))
            return from(number);

        value.Problem($"is {Quote.Value(value.Node, secret: false)}, but must be {Range.Described}",
            $"Write a number in that range, or remove the key to take the default {NumberRange.Shown(Default)}.");
        return inherited;
    }

    protected override void WriteValue(Utf8JsonWriter json, T value, T standard) =>
        json.WriteRawValue(NumberRange.Shown(to(value)), skipInputValidation: true);
}
