using System.Buffers;
using System.Text;
using Steward.Gateway;

namespace Steward.Server.Mcp;

/// <summary>
/// Compares what a header says with what the body says. A value that no header can carry as it is stands there in Base64.
/// See <see href="https://modelcontextprotocol.io/specification/2026-07-28/basic/transports/streamable-http#value-encoding"/>.
/// </summary>
internal static class HeaderText
{
    private const string Prefix = "=?base64?";
    private const string Suffix = "?=";
    private const int MaxOnStack = 256;

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
    private static readonly SearchValues<char> Allowed = SearchValues.Create([.. Enumerable.Range(' ', '~' - ' ' + 1).Select(code => (char)code), '\t']);

    /// <summary>Whether a header value is a JSON string's text, taken literally.</summary>
    public static bool IsLiterally(string header, ReadOnlySpan<byte> json)
    {
        if (json.Length == header.Length + 2 && Ascii.Equals(json[1..^1], header) && !header.Contains('\\', StringComparison.Ordinal))
            return true; // nearly always: the rest is for texts with escapes or beyond ASCII
        return JsonText.TryRead(json, stackalloc char[MaxOnStack], out var text) ? text.SequenceEqual(header) : JsonText.Read(json) == header;
    }

    /// <summary>Whether a header value, decoded where it is encoded, is a JSON string's text.</summary>
    public static bool Is(string header, ReadOnlySpan<byte> json) =>
        IsEncoded(header) ? TryDecode(header, out var decoded) && JsonText.Read(json) == decoded : HasOnlyAllowed(header) && IsLiterally(header, json);

    /// <summary>What a header value means; <see langword="false"/> where it has characters that no header may have, or is no Base64 of a text.</summary>
    public static bool TryDecode(string header, out string text)
    {
        text = header;
        if (!HasOnlyAllowed(header))
            return false;
        if (!IsEncoded(header))
            return true;
        try
        {
            text = Strict.GetString(Convert.FromBase64String(header[Prefix.Length..^Suffix.Length]));
            return true;
        }
        catch (Exception notText) when (notText is FormatException or DecoderFallbackException)
        {
            return false;
        }
    }

    private static bool IsEncoded(string header) =>
        header.Length >= Prefix.Length + Suffix.Length && header.StartsWith(Prefix, StringComparison.Ordinal) && header.EndsWith(Suffix, StringComparison.Ordinal);

    private static bool HasOnlyAllowed(string header) => !header.AsSpan().ContainsAnyExcept(Allowed);
}
