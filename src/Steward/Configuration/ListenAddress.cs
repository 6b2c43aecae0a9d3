using System.Diagnostics.CodeAnalysis;
using System.Net;

namespace Steward.Configuration;

/// <summary>An address to listen on, and whether only this machine can reach it.</summary>
internal sealed record ListenAddress(string Host, int Port, bool IsLoopback)
{
    /// <summary>Reads <c>http://HOST:PORT</c>; without a port it is 80, and port 0 takes a free one.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out ListenAddress? address)
    {
        address = null;
        // Kestrel's words for "every interface" are no host names to Uri.
        var readable = text.Replace("://*", "://0.0.0.0", StringComparison.Ordinal).Replace("://+", "://0.0.0.0", StringComparison.Ordinal);
        if (!Uri.TryCreate(readable, UriKind.Absolute, out var url) || url.Scheme != Uri.UriSchemeHttp || url.Host.Length == 0)
            return false;
        if (url.PathAndQuery != "/" || url.UserInfo.Length > 0 || url.Fragment.Length > 0)
            return false;

        var loopback = url.IdnHost.Equals("localhost", StringComparison.OrdinalIgnoreCase)
            || (IPAddress.TryParse(url.IdnHost.Trim('[', ']'), out var ip) && IPAddress.IsLoopback(ip));
        address = new(url.Host, url.Port, loopback);
        return true;
    }
}
