using System.Text;
using System.Text.RegularExpressions;

namespace Steward.Discovery.Clients;

/// <summary>Reads the lines <c>NAME=value</c> of a file such as <c>.env</c>.</summary>
internal static partial class EnvFile
{
    /// <summary>The variables in the order of the text. A line that is none is passed over, as clients do.</summary>
    public static IReadOnlyList<(string Name, string Value)> Parse(string text)
    {
        var variables = new List<(string, string)>();
        foreach (Match match in Assignment.Matches(text.ReplaceLineEndings("\n")))
            variables.Add((match.Groups["name"].Value, ValueOf(match)));
        return variables;
    }

    private static string ValueOf(Match match)
    {
        if (match.Groups["single"] is { Success: true, Value: var single })
            return single;
        return match.Groups["double"] is { Success: true, Value: var quoted } ? Unescape(quoted) : match.Groups["plain"].Value.Trim();
    }

    private static string Unescape(string quoted)
    {
        var text = new StringBuilder(quoted.Length);
        for (var i = 0; i < quoted.Length; i++)
        {
            var isEscape = quoted[i] == '\\' && i + 1 < quoted.Length && quoted[i + 1] is 'n' or 'r' or '"' or '\\';
            text.Append(!isEscape ? quoted[i] : quoted[++i] switch { 'n' => '\n', 'r' => '\r', var character => character });
        }

        return text.ToString();
    }

    [GeneratedRegex("""^[ \t]*(?:export[ \t]+)?(?<name>[A-Za-z_][A-Za-z0-9_.-]*)[ \t]*=[ \t]*(?:"(?<double>(?:[^"\\]|\\.)*)"|'(?<single>[^']*)'|(?<plain>[^\n#]*))[^\n]*$""", RegexOptions.Multiline)]
    private static partial Regex Assignment { get; }
}
