using System.Buffers;
using System.Text;
using System.Text.Json;

namespace Steward.Upstreams.Remote;

/// <summary>
/// Texts as values of headers.
/// See <see href="https://modelcontextprotocol.io/specification/2026-07-28/basic/transports/streamable-http#value-encoding"/>.
/// </summary>
internal static class HeaderValue
{
    private const string Prefix = "=?base64?";
    private const string Suffix = "?=";

    private static readonly SearchValues<char> Plain = SearchValues.Create([.. Enumerable.Range(0x20, 0x5F).Select(code => (char)code), '\t']);

    /// <summary>The text where a header can carry it as it is, else its Base64 form.</summary>
    public static string Encode(string text)
    {
        var isPlain = !text.AsSpan().ContainsAnyExcept(Plain)
            && text.AsSpan().Trim(" \t").Length == text.Length
            && !(text.StartsWith(Prefix, StringComparison.Ordinal) && text.EndsWith(Suffix, StringComparison.Ordinal));
        return isPlain ? text : string.Concat(Prefix, Convert.ToBase64String(Encoding.UTF8.GetBytes(text)), Suffix);
    }

    /// <summary>What a JSON value is in a header; <see langword="null"/> where it gets none.</summary>
    public static string? FromJson(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => Encode(value.GetString()!),
        JsonValueKind.True => "true",
        JsonValueKind.False => "false",
        // A whole number may be written with a fraction or an exponent; what is none is for the server to refuse.
        JsonValueKind.Number => value.TryGetInt64(out var whole) ? Decimal(whole)
            : value.TryGetDecimal(out var number) && decimal.IsInteger(number) && number is >= long.MinValue and <= long.MaxValue ? Decimal((long)number)
            : value.GetRawText(),
        _ => null,
    };

    private static string Decimal(long number) => number.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
