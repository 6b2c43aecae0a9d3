using System.Text.Json;
using Steward.Configuration.Parsing;

namespace Steward.Configuration.Keys;

/// <summary>One text.</summary>
internal sealed class TextKey(string name, TextFormat format, string? standard, string description) : ConfigKey<string?>(name, description)
{
    public string? Default { get; } = standard;

    /// <summary>What an absent key means where that is no fixed text; for the manual.</summary>
    public string Absent { get; init; } = "none";

    public override string? Read(ConfigValue value, string? inherited) => format.Read(value) ?? inherited;

    protected override void WriteValue(Utf8JsonWriter json, string? value, string? standard) => json.WriteStringValue(format.Written(value!));
}
