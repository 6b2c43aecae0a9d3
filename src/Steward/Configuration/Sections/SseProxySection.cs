using Steward.Configuration.Keys;
using Steward.Configuration.Parsing;

namespace Steward.Configuration.Sections;

/// <summary>Reads <c>sseProxy</c>.</summary>
internal static class SseProxySection
{
    private static readonly SseProxyConfig Standard = new();

    private static readonly TextKey Address = new("address", new(TextRules.HostName), Standard.Address,
        "The host name or IP address to listen on. Every address but the loopback's needs `authenticate.bearer.token`.");

    private static readonly NumberKey<int> Port = Number.Count("port", Standard.Port, 0, 65_535,
        "The port to listen on; 0 takes a free one.");

    private static readonly TextListKey AllowedServers = new("allowedServers", new(TextRules.NotEmpty), "all",
        "Ids of the servers that its clients may reach, of those that clients of the gateway may.");

    private static readonly SectionKey<ProxyToken> Authenticate = new("authenticate", ProxyAuthenticateSection.Keys, ProxyAuthenticateSection.Read,
        "Who may call. Absent or empty: everybody who can reach the address.")
    {
        Members = ProxyAuthenticateSection.Visit,
    };

    private static readonly NumberKey<int> Workers = Number.Count("workers", 4, 1, 1024,
        "Taken so that a file of mcp_runner loads as it is. Steward needs no such number.");

    public static KeySet Keys { get; } = new("sseProxy", [Address, Port, AllowedServers, Authenticate, Workers]) { IsForeign = true };

    public static SseProxyConfig Read(ConfigSection section, SseProxyConfig inherited)
    {
        section.Read(Workers, 4);
        var proxy = inherited with
        {
            Address = section.Read(Address, inherited.Address)!,
            Port = section.Read(Port, inherited.Port),
            AllowedServers = section.Read(AllowedServers, inherited.AllowedServers),
            Token = section.Read(Authenticate, new()).Token,
        };
        if (proxy.ExposureProblem is { } exposed)
            section.Problem(Address, exposed.Message, exposed.Mend);
        return proxy;
    }

    public static void Visit(IKeyVisitor visitor, SseProxyConfig proxy, SseProxyConfig other)
    {
        visitor.Visit(Address, proxy.Address, other.Address);
        visitor.Visit(Port, proxy.Port, other.Port);
        visitor.Visit(AllowedServers, proxy.AllowedServers, other.AllowedServers);
        visitor.Visit(Authenticate, new ProxyToken { Token = proxy.Token }, new ProxyToken { Token = other.Token });
    }
}
