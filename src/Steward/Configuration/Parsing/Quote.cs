using System.Text;
using System.Text.Json;

namespace Steward.Configuration.Parsing;

/// <summary>Shows values in messages: on one line and never at length.</summary>
internal static class Quote
{
    private const int MaxLength = 60;

    /// <summary>A text in quotes.</summary>
    public static string Text(string text) => $"\"{OneLine(text)}\"";

    /// <summary>A name or path, bare.</summary>
    public static string Name(string name) => OneLine(name);

    /// <summary>A value as the file has it; of a secret only what kind of value it is.</summary>
    public static string Value(ConfigNode node, bool secret) => node.Kind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "a list",
        JsonValueKind.String => secret ? "a string" : Text(node.Text),
        JsonValueKind.Number => secret ? "a number" : OneLine(node.Text),
        JsonValueKind.True => "true",
        JsonValueKind.False => "false",
        _ => "null",
    };

    private static string OneLine(string text)
    {
        var shown = new StringBuilder();
        foreach (var rune in text.EnumerateRunes())
        {
            if (shown.Length >= MaxLength)
                return shown.Append('…').ToString();
            if (Rune.IsControl(rune))
                shown.Append('�');
            else
                shown.Append(rune);
        }

        return shown.ToString();
    }
}
