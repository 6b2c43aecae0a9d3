using System.Globalization;
using System.Text;

namespace Steward.Processes;

/// <summary>Makes text of what a server wrote: harmless to a terminal, a web page's layout and a line-based file.</summary>
internal static class LogText
{
    private const char Escape = '\u001b';

    /// <summary>
    /// Decodes UTF-8 (invalid bytes become U+FFFD), removes terminal sequences and escapes what is left of control and
    /// direction-changing characters. The result is one line.
    /// </summary>
    public static string Clean(ReadOnlySpan<byte> utf8)
    {
        var text = Encoding.UTF8.GetString(utf8.TrimEnd("\r\n"u8));
        return text.AsSpan().ContainsAny(Suspects) || text.Any(IsUnsafe) ? Clean(text) : text;
    }

    private static readonly System.Buffers.SearchValues<char> Suspects = System.Buffers.SearchValues.Create(Escape, '\0');

    private static string Clean(string text)
    {
        var clean = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == Escape)
                i = EndOfSequence(text, i);
            else if (IsUnsafe(text[i]))
                clean.Append(CultureInfo.InvariantCulture, $"\\u{(int)text[i]:x4}");
            else
                clean.Append(text[i]);
        }

        return clean.ToString();
    }

    private static bool IsUnsafe(char c) => (char.IsControl(c) && c != '\t') || c is
        '\u200e' or '\u200f' or '\u061c' or '\u2028' or '\u2029' or (>= '\u202a' and <= '\u202e') or (>= '\u2066' and <= '\u2069');

    /// <summary>The index of the last character of the terminal sequence that starts here.</summary>
    private static int EndOfSequence(string text, int start)
    {
        if (start + 1 >= text.Length)
            return start;

        return text[start + 1] switch
        {
            '[' => EndOfControl(text, start + 2),
            ']' or 'P' or '_' or '^' or 'X' => EndOfString(text, start + 2),
            _ => start + 1,
        };
    }

    private static int EndOfControl(string text, int i)
    {
        while (i < text.Length && text[i] is >= ' ' and < '@')
            i++;
        return Math.Min(i, text.Length - 1);
    }

    private static int EndOfString(string text, int i)
    {
        for (; i < text.Length; i++)
        {
            if (text[i] == '\a')
                return i;
            if (text[i] == Escape)
                return Math.Min(i + 1, text.Length - 1);
        }

        return text.Length - 1;
    }
}
