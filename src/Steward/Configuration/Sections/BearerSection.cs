using Steward.Configuration.Keys;
using Steward.Configuration.Parsing;

namespace Steward.Configuration.Sections;

/// <summary>Reads <c>gateway.auth.bearer</c>.</summary>
internal static class BearerSection
{
    private static readonly TextListKey Tokens = new("tokens", new(TextRules.Token, Secret: true, Late: true), "none",
        "Tokens of which a client must present one. Keep them out of the file: `${env:NAME}` or `${file:PATH}`.");

    public static KeySet Keys { get; } = new("bearer", [Tokens]);

    public static BearerTokens Read(ConfigSection section, BearerTokens inherited) => new()
    {
        Tokens = section.Read(Tokens, inherited.Tokens) ?? [],
    };

    public static void Visit(IKeyVisitor visitor, BearerTokens bearer, BearerTokens other) => visitor.Visit(Tokens, bearer.Tokens, other.Tokens);
}
