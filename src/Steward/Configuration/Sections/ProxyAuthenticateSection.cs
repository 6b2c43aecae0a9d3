using Steward.Configuration.Keys;
using Steward.Configuration.Parsing;

namespace Steward.Configuration.Sections;

/// <summary>Reads <c>sseProxy.authenticate</c>.</summary>
internal static class ProxyAuthenticateSection
{
    private static readonly SectionKey<ProxyToken> Bearer = new("bearer", ProxyBearerSection.Keys, ProxyBearerSection.Read,
        "Clients show a token as `Authorization: Bearer`.")
    {
        Members = ProxyBearerSection.Visit,
    };

    public static KeySet Keys { get; } = new("authenticate", [Bearer]);

    public static ProxyToken Read(ConfigSection section, ProxyToken inherited) => section.Read(Bearer, inherited);

    public static void Visit(IKeyVisitor visitor, ProxyToken authenticate, ProxyToken other) => visitor.Visit(Bearer, authenticate, other);
}
