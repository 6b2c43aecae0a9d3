using System.Text.Json;
using Steward.Configuration.Parsing;

namespace Steward.Configuration.Keys;

/// <summary>One of a few words.</summary>
internal sealed class ChoiceKey<T>(string name, IReadOnlyList<(string Word, T Value)> choices, string? standard, string description)
    : ConfigKey<T>(name, description), IChoiceKey
{
    public string? Default { get; } = standard;

    public IReadOnlyList<string> Words { get; } = [.. choices.Select(choice => choice.Word)];

    /// <summary>Further words for the same, which other programs write: read and not advertised.</summary>
    public IReadOnlyList<(string Word, T Value)> AlsoRead { get; init; } = [];

    public IReadOnlyList<string> Aliases => [.. AlsoRead.Select(choice => choice.Word)];

    protected override bool CanWrite(T value) => Word(value) is not null;

    protected override void WriteValue(Utf8JsonWriter json, T value, T standard) => json.WriteStringValue(Word(value));

    private string? Word(T value) => choices.FirstOrDefault(choice => Same(choice.Value, value)).Word;

    public override T Read(ConfigValue value, T inherited)
    {
        var allowed = string.Join(", ", Words.Select(Quote.Text));
        if (value.Node.Kind != JsonValueKind.String)
        {
            value.Problem($"is {Quote.Value(value.Node, secret: false)}, but must be one of {allowed}", "Write one of these, in quotes.");
            return inherited;
        }

        if (value.Resolve() is not { } word)
            return inherited;

        foreach (var choice in choices.Concat(AlsoRead))
        {
            if (choice.Word == word)
                return choice.Value;
        }

        // The text of the file, not what a reference gave: that may be secret.
        var meant = NearestName.Among(word, Words) ?? Words.FirstOrDefault(known => known.Length >= 4 && word.EndsWith(known, StringComparison.OrdinalIgnoreCase));
        value.Problem($"is {Quote.Value(value.Node, secret: false)}, but must be one of {allowed}",
            meant is null ? "Write one of these." : $"Did you mean {Quote.Text(meant)}?");
        return inherited;
    }
}
