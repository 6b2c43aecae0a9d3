using Steward.Configuration.Keys;
using Steward.Configuration.Parsing;

namespace Steward.Configuration.Sections;

/// <summary>Reads <c>gateway.auth</c>.</summary>
internal static class AuthSection
{
    private static readonly SectionKey<BearerTokens> Bearer = new("bearer", BearerSection.Keys, BearerSection.Read,
        "Clients show a token as `Authorization: Bearer`.")
    {
        Members = BearerSection.Visit,
    };

    public static KeySet Keys { get; } = new("auth", [Bearer]);

    public static BearerTokens Read(ConfigSection section, BearerTokens inherited) => section.Read(Bearer, inherited);

    public static void Visit(IKeyVisitor visitor, BearerTokens auth, BearerTokens other) => visitor.Visit(Bearer, auth, other);
}
