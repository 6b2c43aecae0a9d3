using System.Text;
using Steward.Processes;

namespace Steward.Cli.Output;

/// <summary>
/// Makes text that a server wrote harmless to a terminal: a tool's answer must not move the cursor, change the title or
/// turn the reading direction around.
/// </summary>
internal static class SafeText
{
    /// <summary>The text on one line.</summary>
    public static string Line(string? text) =>
        LogText.Clean(Encoding.UTF8.GetBytes((text ?? "").ReplaceLineEndings(" ").Trim()));

    /// <summary>The text with its line breaks.</summary>
    public static string Lines(string? text) =>
        string.Join('\n', (text ?? "").ReplaceLineEndings("\n").Split('\n').Select(line => LogText.Clean(Encoding.UTF8.GetBytes(line))));

    /// <summary>The text on one line of a limited length.</summary>
    public static string Line(string? text, int longest)
    {
        var line = Line(text);
        return line.Length <= longest ? line : string.Concat(line.AsSpan(0, longest - 1), "…");
    }
}
