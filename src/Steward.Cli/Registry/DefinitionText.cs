using Steward.Cli.Output;
using Steward.Server.Api;
using Steward.Supervision;

namespace Steward.Cli.Registry;

/// <summary>Servers and their definitions, for people.</summary>
internal static class DefinitionText
{
    public static IReadOnlyList<string> Headers { get; } = ["server", "name", "transport", "enabled", "state", "source", "tags", "added"];

    public static IReadOnlyList<string> Cells(DefinitionEntry entry) =>
    [
        SafeText.Line(entry.Id), SafeText.Line(entry.Name, 40), entry.Transport.ToString().ToLowerInvariant(), entry.Enabled ? "yes" : "no", entry.State.ToString(),
        SafeText.Line(entry.Source, 40) + (entry.HidesRegistered is true ? ", hides a registered one" : ""), SafeText.Line(string.Join(' ', entry.Tags), 40), entry.Created is { } created ? $"{created.ToLocalTime():yyyy-MM-dd HH:mm}" : "",
    ];

    public static void Write(TextWriter output, DefinitionEntry entry)
    {
        Line("server", SafeText.Line(entry.Id));
        Line("name", SafeText.Line(entry.Name));
        Line("state", $"{entry.State}{(entry.LastError is { } error && entry.State != ServerState.Running ? $": {SafeText.Line(error)}" : "")}");
        Line("enabled", entry.Enabled ? "yes" : "no");
        Line("source", entry.Declared ? $"the configuration file{(entry.HidesRegistered is true ? $"; it hides one that was registered under this id ('steward remove --registered {entry.Id}' forgets that one)" : "")}" : SafeText.Line(entry.Source));
        Line("added", entry.Created?.ToLocalTime().ToString("u"));
        Line("changed", entry.Updated?.ToLocalTime().ToString("u"));
        Line("tags", SafeText.Line(string.Join(' ', entry.Tags)));
        Line("folder", SafeText.Line(entry.Folder));
        if (entry.Definition is { } definition)
            output.WriteLine($"definition (secrets masked):\n{SafeText.Lines(JsonText.Indent(definition))}");
        foreach (var warning in entry.Warnings ?? [])
            output.WriteLine($"warning: {SafeText.Line(warning)}");

        void Line(string name, string? value)
        {
            if (!string.IsNullOrEmpty(value))
                output.WriteLine($"{name,-10}  {value}");
        }
    }
}
