using Steward.Configuration.Keys;
using Steward.Configuration.Parsing;

namespace Steward.Configuration.Sections;

/// <summary>Reads <c>sseProxy.authenticate.bearer</c>.</summary>
internal static class ProxyBearerSection
{
    private static readonly TextKey Token = new("token", new(TextRules.Token, Secret: true, Late: true), standard: null,
        "The token that a client must present. Must be given. Keep it out of the file: `${env:NAME}` or `${file:PATH}`.");

    public static KeySet Keys { get; } = new("proxyBearer", [Token]);

    public static ProxyToken Read(ConfigSection section, ProxyToken inherited)
    {
        if (section.Find(Token) is null)
            section.Problem(Token, "token is missing", "Write \"token\": \"${env:PROXY_TOKEN}\", or remove \"bearer\".");
        return new() { Token = section.Read(Token, inherited.Token) ?? "" }; // no token that can be read still is one that was meant
    }

    public static void Visit(IKeyVisitor visitor, ProxyToken bearer, ProxyToken other) => visitor.Visit(Token, bearer.Token, other.Token);
}
