namespace Steward.Discovery.Clients.Editing;

/// <summary>What stands between two values of a JSON text: blanks, comments, and a comma at most.</summary>
/// <param name="Comma">The byte at which the comma stands; -1 where there is none.</param>
/// <param name="End">The byte behind the last thing in it that is no blank.</param>
/// <param name="EndsInLineComment">Whether that thing is a comment which only the end of its line ends.</param>
internal readonly record struct JsonGap(int Comma, int End, bool EndsInLineComment)
{
    /// <summary>Reads from behind one value to the beginning of what follows.</summary>
    public static JsonGap Read(ReadOnlySpan<byte> text, int start, int end)
    {
        var gap = new JsonGap(-1, start, false);
        for (var at = start; at < end;)
        {
            if (text[at] == (byte)'/')
            {
                var isLine = text[at + 1] == (byte)'/';
                var length = isLine ? text[at..end].IndexOfAny((byte)'\r', (byte)'\n') : text[at..end].IndexOf("*/"u8) + 2;
                at = length < 0 ? end : at + length;
                gap = gap with { End = at, EndsInLineComment = isLine };
            }
            else if (text[at] is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n')
            {
                at++;
            }
            else
            {
                gap = new(text[at] == (byte)',' ? at : gap.Comma, at + 1, false);
                at++;
            }
        }

        return gap;
    }
}
