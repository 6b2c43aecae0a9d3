using Steward.Configuration.Keys;
using Steward.Configuration.Parsing;

namespace Steward.Configuration.Sections;

/// <summary>Reads <c>sseProxy.authenticate</c>.</summary>
internal static class ProxyAuthenticateSection
{
    private static readonly SectionKey<ProxyToken> Bearer = new("bearer", ProxyBearerSection.Keys, ProxyBearerSection.Read,
        "Clients show a token as `Authorization: Bearer`.");

    public static KeySet Keys { get; } = new("authenticate", [Bearer]);

    public static ProxyToken Read(ConfigSection section, ProxyToken inherited) => section.Read(Bearer, inherited);
}
