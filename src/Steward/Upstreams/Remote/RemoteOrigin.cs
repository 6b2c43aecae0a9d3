namespace Steward.Upstreams.Remote;

/// <summary>What is the same server, and how a URL is shown.</summary>
internal static class RemoteOrigin
{
    /// <summary>Whether two URLs share scheme, host and port; <c>ws</c> counts as <c>http</c>, <c>wss</c> as <c>https</c>.</summary>
    public static bool IsSame(Uri one, Uri other) =>
        IsEncrypted(one) == IsEncrypted(other) && one.Port == other.Port && string.Equals(one.IdnHost, other.IdnHost, StringComparison.OrdinalIgnoreCase);

    /// <summary>The URL without what may be secret: user, password, query and fragment.</summary>
    public static string Show(Uri url) => url.GetComponents(UriComponents.Scheme | UriComponents.Host | UriComponents.Port | UriComponents.Path, UriFormat.UriEscaped);

    public static bool IsWebSocket(Uri url) => url.Scheme == Uri.UriSchemeWs || url.Scheme == Uri.UriSchemeWss;

    /// <summary>The same place, by the scheme that a WebSocket is asked for.</summary>
    public static Uri ToWebSocket(Uri url) => With(url, IsEncrypted(url) ? Uri.UriSchemeWss : Uri.UriSchemeWs);

    /// <summary>The same place, by the scheme of HTTP.</summary>
    public static Uri ToHttp(Uri url) => With(url, IsEncrypted(url) ? Uri.UriSchemeHttps : Uri.UriSchemeHttp);

    private static Uri With(Uri url, string scheme) => url.Scheme == scheme ? url : new UriBuilder(url) { Scheme = scheme, Port = url.Port }.Uri;

    private static bool IsEncrypted(Uri url) => url.Scheme == Uri.UriSchemeHttps || url.Scheme == Uri.UriSchemeWss;
}
