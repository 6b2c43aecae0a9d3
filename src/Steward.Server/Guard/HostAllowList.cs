using System.Collections.Frozen;
using Steward.Configuration;

namespace Steward.Server.Guard;

/// <summary>
/// Which names a request may call us by, and from which web pages it may come. A page that had its name rebound to the
/// loopback still sends its own name, and is refused.
/// </summary>
internal sealed class HostAllowList
{
    private static readonly string[] Loopback = ["localhost", "127.0.0.1", "[::1]"];

    private readonly FrozenSet<string> _hosts;
    private readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> _hostSpans;
    private readonly FrozenSet<string> _pageHosts;
    private readonly FrozenSet<string> _origins;

    public HostAllowList(GatewayConfig gateway)
    {
        List<string> own = [.. Loopback];
        if (ListenAddress.TryParse(gateway.Listen, out var listen) && !IsEveryInterface(listen.Host))
            own.Add(listen.Host);
        _pageHosts = own.ToFrozenSet(StringComparer.OrdinalIgnoreCase);
        _hosts = own.Concat(gateway.AllowedHosts.Select(Bracketed)).ToFrozenSet(StringComparer.OrdinalIgnoreCase);
        _hostSpans = _hosts.GetAlternateLookup<ReadOnlySpan<char>>();
        _origins = gateway.AllowedOrigins.Select(origin => Canonical(origin) ?? origin).ToFrozenSet(StringComparer.Ordinal);
    }

    /// <summary>Whether a <c>Host</c> header names us, on whatever port: a tunnel may have changed it.</summary>
    public bool AllowsHost(ReadOnlySpan<char> header)
    {
        var name = header;
        // The colons of an IPv6 address stand inside its brackets.
        if (header.LastIndexOf(':') is var colon and >= 0 && colon > header.LastIndexOf(']'))
        {
            if (header[(colon + 1)..].ContainsAnyExceptInRange('0', '9'))
                return false;
            name = header[..colon];
        }

        return _hostSpans.Contains(name);
    }

    /// <summary>Whether a page of this origin may call: one of this machine, or one that the operator allowed.</summary>
    public bool AllowsOrigin(string origin)
    {
        if (Canonical(origin) is not { } canonical)
            return false;
        return _origins.Contains(canonical) || (Uri.TryCreate(canonical, UriKind.Absolute, out var url) && IsWeb(url) && _pageHosts.Contains(url.Host));
    }

    /// <summary>An origin as browsers write it, or null for what is none: <c>null</c>, a path, a user, a list.</summary>
    private static string? Canonical(string origin)
    {
        if (!Uri.TryCreate(origin, UriKind.Absolute, out var url) || url.Host.Length == 0 || url.Host.EndsWith('.'))
            return null;
        var canonical = $"{url.Scheme}://{(url.IsDefaultPort ? url.Host : url.Authority)}".ToLowerInvariant();
        var given = origin.ToLowerInvariant();
        return given == canonical || given == $"{canonical}:{url.Port}" ? canonical : null;
    }

    private static bool IsWeb(Uri url) => url.Scheme == Uri.UriSchemeHttp || url.Scheme == Uri.UriSchemeHttps;

    private static bool IsEveryInterface(string host) => host is "0.0.0.0" or "[::]";

    private static string Bracketed(string host) => host.Contains(':') && !host.StartsWith('[') ? $"[{host}]" : host;
}
