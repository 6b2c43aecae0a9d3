using System.Globalization;
using System.Text;

namespace Steward.Discovery.Clients.Toml;

/// <summary>Reads the four kinds of strings.</summary>
internal static class TomlStrings
{
    private const int QuotesOfMultiline = 3;

    /// <summary>The string at the scanner's place.</summary>
    /// <exception cref="TomlException">It is not closed, or holds what it may not.</exception>
    public static string Read(TomlScanner scanner)
    {
        var quote = scanner.Current;
        var isMultiline = scanner.Peek(1) == quote && scanner.Peek(2) == quote;
        return isMultiline ? ReadMultiline(scanner, quote) : ReadLine(scanner, quote);
    }

    /// <summary>The string at the scanner's place, which must end on its line: a key can be no other.</summary>
    /// <exception cref="TomlException">It is not closed, or holds what it may not.</exception>
    public static string ReadLine(TomlScanner scanner)
    {
        var quote = scanner.Current;
        if (scanner.Peek(1) == quote && scanner.Peek(2) == quote)
            throw new TomlException(scanner.At, "a key stands in three quotes", "Write it in one pair of quotes.");
        return ReadLine(scanner, quote);
    }

    private static string ReadLine(TomlScanner scanner, byte quote)
    {
        var start = scanner.At++;
        var text = new StringBuilder();
        var plain = scanner.At;
        while (true)
        {
            var character = scanner.Current;
            if (scanner.IsAtEnd || character is (byte)'\n' or (byte)'\r')
                throw NotClosed(start);
            if (character == quote)
                break;
            if (character == (byte)'\\' && quote == (byte)'"')
            {
                text.Append(scanner.TextBetween(plain, scanner.At));
                ReadEscape(scanner, text);
                plain = scanner.At;
                continue;
            }

            scanner.RefuseControl(character);
            scanner.At++;
        }

        text.Append(scanner.TextBetween(plain, scanner.At++));
        return text.ToString();
    }

    private static string ReadMultiline(TomlScanner scanner, byte quote)
    {
        var start = scanner.At;
        scanner.At += QuotesOfMultiline;
        scanner.TrySkipLineEnd(); // a line end right behind the opening is no part of the string
        var text = new StringBuilder();
        var plain = scanner.At;
        while (true)
        {
            if (scanner.IsAtEnd)
                throw NotClosed(start);
            if (scanner.Current == quote && QuotesHere(scanner, quote) is var quotes and >= QuotesOfMultiline)
            {
                // Up to two quotes may stand right before the three that close it.
                var kept = Math.Min(quotes - QuotesOfMultiline, 2);
                text.Append(scanner.TextBetween(plain, scanner.At + kept));
                scanner.At += kept + QuotesOfMultiline;
                return text.ToString();
            }

            if (scanner.Current == (byte)'\\' && quote == (byte)'"')
            {
                text.Append(scanner.TextBetween(plain, scanner.At));
                if (!TrySkipFoldedLines(scanner))
                    ReadEscape(scanner, text);
                plain = scanner.At;
            }
            else if (!scanner.TrySkipLineEnd())
            {
                scanner.RefuseControl(scanner.Current);
                scanner.At++;
            }
        }
    }

    private static int QuotesHere(TomlScanner scanner, byte quote)
    {
        var quotes = 0;
        while (scanner.Peek(quotes) == quote)
            quotes++;
        return quotes;
    }

    /// <summary>A backslash at the end of a line takes away everything up to the next character that is no white space.</summary>
    private static bool TrySkipFoldedLines(TomlScanner scanner)
    {
        var start = scanner.At++;
        scanner.SkipBlanks();
        if (!scanner.TrySkipLineEnd())
        {
            scanner.At = start;
            return false;
        }

        do
            scanner.SkipBlanks();
        while (scanner.TrySkipLineEnd());
        return true;
    }

    private static void ReadEscape(TomlScanner scanner, StringBuilder text)
    {
        var start = scanner.At;
        var digits = scanner.Peek(1) switch { (byte)'x' => 2, (byte)'u' => 4, (byte)'U' => 8, _ => 0 };
        if (digits > 0)
        {
            text.Append(ReadCodePoint(scanner, start, digits));
            return;
        }

        text.Append(scanner.Peek(1) switch
        {
            (byte)'b' => '\b',
            (byte)'t' => '\t',
            (byte)'n' => '\n',
            (byte)'f' => '\f',
            (byte)'r' => '\r',
            (byte)'e' => '\u001b',
            (byte)'"' => '"',
            (byte)'\\' => '\\',
            _ => throw new TomlException(start, "a backslash begins no known escape", "Write \\\\ for a backslash, or put the text in single quotes."),
        });
        scanner.At += 2;
    }

    private static Rune ReadCodePoint(TomlScanner scanner, int start, int digits)
    {
        scanner.At += 2;
        for (var i = 0; i < digits; i++)
        {
            if (!char.IsAsciiHexDigit((char)scanner.Peek(i)))
                throw new TomlException(start, $"an escape needs {digits} hexadecimal digits");
        }

        var value = uint.Parse(scanner.TextBetween(scanner.At, scanner.At + digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
        scanner.At += digits;
        return Rune.IsValid(value) ? new Rune(value) : throw new TomlException(start, "an escape stands for no character");
    }

    private static TomlException NotClosed(int start) => new(start, "a string that begins here is not closed", "Write the missing quote.");
}
