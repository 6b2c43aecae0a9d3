using Steward.Configuration.Keys;

namespace Steward.Configuration;

/// <summary>What it takes to get tokens for a server, with every reference resolved. Holds secrets: equal by value, printed by none.</summary>
internal sealed record ResolvedAuth
{
    /// <summary>What holds where the operator said nothing: Steward registers itself when a server asks for OAuth.</summary>
    public static ResolvedAuth Standard { get; } = new();

    public OAuthGrant Grant { get; init; }

    public string? ClientId { get; init; }

    public string? ClientSecret { get; init; }

    public Uri? ClientMetadataUrl { get; init; }

    /// <summary>Separated by blanks; empty for none.</summary>
    public string Scopes { get; init; } = "";

    public string? PrivateKeyPem { get; init; }

    public int RedirectPort { get; init; }

    /// <exception cref="VariableException">A reference cannot be resolved.</exception>
    public static ResolvedAuth From(ServerAuth auth, Func<string, string, TextRule, string> resolve) => new()
    {
        Grant = auth.Grant,
        ClientId = auth.ClientId is { } id ? resolve(id, "auth.clientId", TextRules.NotEmpty) : null,
        ClientSecret = auth.ClientSecret is { } secret ? resolve(secret, "auth.clientSecret", TextRules.NotEmpty) : null,
        ClientMetadataUrl = auth.ClientMetadataUrl is { } url ? new Uri(url) : null,
        Scopes = string.Join(' ', auth.Scopes),
        PrivateKeyPem = auth.PrivateKeyPem is { } key ? resolve(key, "auth.privateKeyPem", TextRules.PrivateKey) : null,
        RedirectPort = auth.RedirectPort,
    };

    public override string ToString() => $"{nameof(ResolvedAuth)} {Grant}";
}
