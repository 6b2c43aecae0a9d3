using System.Buffers;
using System.Diagnostics.CodeAnalysis;

namespace Steward.Configuration.Keys;

/// <summary>The rules for texts of the configuration.</summary>
internal static class TextRules
{
    public const int MaxIdLength = 128;

    private static readonly SearchValues<char> IdChars =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-");

    private static readonly SearchValues<char> ToolNameChars =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-.");

    private static readonly SearchValues<char> HeaderNameChars =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!#$%&'*+-.^_`|~");

    public static TextRule Any { get; } = new(NoNul, "Remove the character U+0000.");

    public static TextRule NotEmpty { get; } = new(text => string.IsNullOrWhiteSpace(text) ? "must not be empty" : NoNul(text), "Write a text, or remove the key.");

    public static TextRule ServerId { get; } = new(
        text => text.Length is > 0 and <= MaxIdLength && !text.AsSpan().ContainsAnyExcept(IdChars)
            ? null
            : $"must be made of letters A-Z a-z, digits, _ and -, at most {MaxIdLength}",
        "Rename the server; the id becomes a part of tool names and URLs.");

    public static TextRule Tag { get; } = new(
        text => text.Length is > 0 and <= MaxIdLength && !text.Any(letter => char.IsWhiteSpace(letter) || char.IsControl(letter) || letter == ',')
            ? null
            : $"must be one word without spaces and commas, at most {MaxIdLength} characters",
        "Write each tag as one string.");

    public static TextRule GroupName { get; } = ServerId with { Mend = "Rename the group; the name becomes a part of URLs." };

    public static TextRule ToolName { get; } = new(
        text => text.Length is > 0 and <= Catalog.ExposedName.MaxLength && !text.AsSpan().ContainsAnyExcept(ToolNameChars)
            ? null
            : $"must be made of letters A-Z a-z, digits, _, - and ., at most {Catalog.ExposedName.MaxLength}",
        "Give the tool another name; clients and model providers refuse what is longer or holds other characters.");

    public static TextRule VariableName { get; } = new(
        text => text.Length > 0 && !text.AsSpan().ContainsAny("=\0") ? null : "must not be empty or hold = or U+0000",
        "Write the name of an environment variable.");

    public static TextRule HeaderName { get; } = new(
        text => text.Length > 0 && !text.AsSpan().ContainsAnyExcept(HeaderNameChars) ? null : "must be an HTTP header name",
        "Write letters, digits and -, such as X-Api-Key.");

    public static TextRule HeaderValue { get; } = new(
        text => text.AsSpan().ContainsAny("\r\n\0") ? "must not hold a line break or U+0000" : null,
        "Write the value on one line.");

    public static TextRule Token { get; } = new(
        text => text.Length > 0 && !text.AsSpan().ContainsAnyExceptInRange('!', '~') ? null : "must not be empty and must be made of visible ASCII characters without spaces",
        "Write a reference to a random token, such as ${file:gateway-token}.");

    public static TextRule RemoteUrl { get; } = new(
        text => IsUrl(text, out _, Uri.UriSchemeHttp, Uri.UriSchemeHttps, Uri.UriSchemeWs, Uri.UriSchemeWss)
            ? null
            : "must be an absolute http://, https://, ws:// or wss:// URL",
        "Write it as https://HOST/PATH.");

    public static TextRule WebUrl { get; } = new(
        text => IsUrl(text, out _, Uri.UriSchemeHttp, Uri.UriSchemeHttps)
            ? null
            : "must be an absolute http:// or https:// URL",
        "Write it as https://HOST/PATH.");

    public static TextRule Listen { get; } = new(
        text => ListenAddress.TryParse(text, out _) ? null : "must be http://HOST:PORT without a path",
        "Write it as http://127.0.0.1:7420; for HTTPS put a reverse proxy before it.");

    public static TextRule HostName { get; } = new(
        text => Uri.CheckHostName(text) == UriHostNameType.Unknown ? "must be a host name or address without scheme and port" : null,
        "Write it as mcp.example.org.");

    public static TextRule Origin { get; } = new(
        text => text.IndexOf("://", StringComparison.Ordinal) > 0 && Uri.TryCreate(text, UriKind.Absolute, out var url)
            && url.Host.Length > 0 && url.PathAndQuery is "/" or "" && !text.EndsWith('/') && url.UserInfo.Length == 0 && url.Fragment.Length == 0
            ? null
            : "must be a scheme and a host, with port if needed, and nothing behind",
        "Write it as https://app.example.org.");

    public static TextRule DocumentUrl { get; } = new(
        text => IsUrl(text, out var url, Uri.UriSchemeHttps) && url.AbsolutePath.Length > 1
            ? null
            : "must be an absolute https:// URL with a path",
        "Write it as https://HOST/PATH.json.");

    public static TextRule Scope { get; } = new(
        text => text.Length > 0 && !text.AsSpan().ContainsAnyExceptInRange('!', '~') && !text.AsSpan().ContainsAny('"', '\\') ? null : "must be an OAuth scope: visible ASCII characters without spaces, quotes and backslashes",
        "Write one scope as one string.");

    public static TextRule PrivateKey { get; } = new(
        text => text.Contains("-----BEGIN ", StringComparison.Ordinal) && text.Contains("PRIVATE KEY-----", StringComparison.Ordinal) ? null : "must be a private key in PEM form",
        "Write ${file:PATH}, with the path of a file that begins with -----BEGIN PRIVATE KEY-----.");

    /// <summary>Whether a text is an absolute URL of one of some schemes, and names a host.</summary>
    public static bool IsUrl(string text, [NotNullWhen(true)] out Uri? url, params ReadOnlySpan<string> schemes) =>
        Uri.TryCreate(text, UriKind.Absolute, out url) && schemes.Contains(url.Scheme) && url.Host.Length > 0;

    private static string? NoNul(string text) => text.Contains('\0') ? "must not hold the character U+0000" : null;
}
