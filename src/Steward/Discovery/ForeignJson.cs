using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace Steward.Discovery;

/// <summary>
/// Parses JSON that strangers wrote. Parsers find out only when a text is asked for that it is none: bytes that are no UTF-8, or an
/// escape that is half of a surrogate pair. One such text must not take the document with it, so it is mended beforehand.
/// </summary>
internal static class ForeignJson
{
    private const int EscapeLength = 6;

    private static readonly SearchValues<byte> HexDigits = SearchValues.Create("0123456789abcdefABCDEF"u8);

    /// <summary>Parses a document.</summary>
    /// <param name="utf8">The document, with or without a byte order mark.</param>
    /// <param name="damage">Where texts had to be mended: in them U+FFFD stands for what cannot be read. Null where all could be read.</param>
    /// <exception cref="JsonException">It is no JSON.</exception>
    public static JsonElement Parse(ReadOnlyMemory<byte> utf8, out string? damage)
    {
        if (utf8.Span.StartsWith(Encoding.UTF8.Preamble))
            utf8 = utf8[Encoding.UTF8.Preamble.Length..];
        using var document = JsonDocument.Parse(utf8); // as it came: an error must name a place in what came
        if (FirstDamage(utf8.Span) is not (>= 0 and var first))
        {
            damage = null;
            return document.RootElement.Clone();
        }

        var line = utf8.Span[..first].Count((byte)'\n') + 1;
        var position = first - utf8.Span[..first].LastIndexOf((byte)'\n');
        damage = $"line {line}, position {position}";
        using var mended = JsonDocument.Parse(Mend(utf8.ToArray()));
        return mended.RootElement.Clone();
    }

    private static int FirstDamage(ReadOnlySpan<byte> utf8)
    {
        var escape = NextHalf(utf8, 0);
        var invalid = Utf8.IsValid(utf8) ? -1 : FirstInvalidByte(utf8);
        return escape < 0 ? invalid : invalid < 0 ? escape : Math.Min(escape, invalid);
    }

    private static byte[] Mend(byte[] utf8)
    {
        for (var half = NextHalf(utf8, 0); half >= 0; half = NextHalf(utf8, half + EscapeLength))
            "\\ufffd"u8.CopyTo(utf8.AsSpan(half));
        return Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(utf8));
    }

    /// <summary>The next escape that is half of a surrogate pair; -1 where there is none. A backslash stands only in texts.</summary>
    private static int NextHalf(ReadOnlySpan<byte> json, int from)
    {
        for (var at = Backslash(json, from); at >= 0; at = Backslash(json, at))
        {
            if (Escaped(json[at..]) is not { } unit)
                at += 2;
            else if (!char.IsSurrogate(unit))
                at += EscapeLength;
            else if (char.IsHighSurrogate(unit) && Escaped(json[(at + EscapeLength)..]) is { } next && char.IsLowSurrogate(next))
                at += 2 * EscapeLength;
            else
                return at;
        }

        return -1;
    }

    private static int Backslash(ReadOnlySpan<byte> json, int from) =>
        from < json.Length && json[from..].IndexOf((byte)'\\') is >= 0 and var next ? from + next : -1;

    /// <summary>What an escape of the form <c>\u0000</c> stands for; null where there is none.</summary>
    private static char? Escaped(ReadOnlySpan<byte> json) =>
        json.Length >= EscapeLength && json.StartsWith("\\u"u8) && !json[2..EscapeLength].ContainsAnyExcept(HexDigits)
            ? (char)Convert.ToUInt16(Encoding.ASCII.GetString(json[2..EscapeLength]), 16)
            : null;

    private static int FirstInvalidByte(ReadOnlySpan<byte> utf8)
    {
        var offset = 0;
        while (Rune.DecodeFromUtf8(utf8[offset..], out _, out var consumed) == OperationStatus.Done)
            offset += consumed;
        return offset;
    }
}
