using System.Text;
using Steward.Configuration.Keys;
using Steward.Configuration.Sections;

namespace Steward.Tests.Configuration;

/// <summary>Writes the tables of docs/configuration.md from the keys by which the parser reads, between its markers.</summary>
internal static class ManualTables
{
    /// <summary>Every table: its marker and its keys.</summary>
    public static IEnumerable<KeySet> All { get; } = [.. Below(RootSection.Keys).DistinctBy(keys => keys.Name)];

    /// <summary>The manual with fresh tables.</summary>
    public static string Refresh(string manual)
    {
        foreach (var keys in All)
        {
            var (start, end) = (Start(keys), End(keys));
            var from = manual.IndexOf(start, StringComparison.Ordinal);
            var to = manual.IndexOf(end, StringComparison.Ordinal);
            if (from < 0 || to < from)
                throw new InvalidDataException($"docs/configuration.md lacks {start} … {end}.");
            manual = string.Concat(manual.AsSpan(0, from + start.Length), $"\n\n{Table(keys)}\n", manual.AsSpan(to));
        }

        return manual;
    }

    private static string Start(KeySet keys) => $"<!-- keys of {keys.Name} -->";

    private static string End(KeySet keys) => $"<!-- end of {keys.Name} -->";

    private static IEnumerable<KeySet> Below(KeySet keys) =>
        keys.Keys.Select(key => key.Inner).OfType<KeySet>().SelectMany(Below).Prepend(keys);

    private static string Table(KeySet keys)
    {
        // In a server, what `defaults` can also say has its table there.
        var rows = keys == ServerSection.Keys ? keys.Keys.Where(key => !PolicySection.Keys.Knows(key.Name)) : keys.Keys;
        var table = new StringBuilder("| Key | Value | Default | Meaning |\n| --- | --- | --- | --- |\n");
        foreach (var key in rows)
            table.Append($"| `{key.Name}` | {ValueOf(key)} | {DefaultOf(key)} | {key.Description} |\n");
        return table.ToString();
    }

    private static string ValueOf(ConfigKey key) => key switch
    {
        INumberKey number => (number.Range.Unit is { Length: > 0 } unit ? unit + ", " : "")
            + (number.Range.Whole ? "" : "a fraction, ") + $"{NumberRange.Shown(number.Range.Min)} to {NumberRange.Shown(number.Range.Max)}",
        FlagKey => "`true` or `false`",
        IChoiceKey choice => string.Join(" or ", choice.Words.Select(word => $"`{word}`")),
        TextKey => "text",
        JsonKey { MayBeText: true } => "text or object",
        JsonKey => "object",
        TextListKey => "list of texts",
        TextMapKey => "object of texts",
        SectionMapKey { Name: "groups" } => "object, name → [group](#groups)",
        SectionMapKey => "object, id → [server](#servers)",
        ISectionKey { MayBeNull: true } => $"[object](#{key.Inner!.Name.ToLowerInvariant()}) or `null`",
        ISectionKey => $"[object](#{key.Inner!.Name.ToLowerInvariant()})",
        _ => throw new NotSupportedException($"{key.Name} is a {key.GetType().Name}, which the manual cannot say yet."),
    };

    private static string DefaultOf(ConfigKey key) => key switch
    {
        INumberKey number => $"`{NumberRange.Shown(number.Default)}`",
        FlagKey flag => flag.Default ? "`true`" : "`false`",
        IChoiceKey { Default: { } word } => $"`{word}`",
        TextKey text => text.Default is { } standard ? $"`{standard}`" : text.Absent,
        TextListKey list => list.Absent,
        TextMapKey or JsonKey => "none",
        _ => "",
    };
}
