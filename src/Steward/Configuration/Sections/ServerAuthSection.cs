using Steward.Configuration.Keys;
using Steward.Configuration.Parsing;

namespace Steward.Configuration.Sections;

/// <summary>Reads <c>auth</c> of a server.</summary>
internal static class ServerAuthSection
{
    private static readonly ServerAuth Standard = new();

    private static readonly ChoiceKey<ServerAuthType> Type = new("type",
        [("bearer", ServerAuthType.Bearer), ("apiKey", ServerAuthType.ApiKey), ("oauth", ServerAuthType.OAuth)],
        standard: null,
        "`bearer`: a fixed token. `apiKey`: a fixed value in a header. `oauth`: tokens of an authorization server, OAuth 2.1. Absent: `bearer` with `token`, `apiKey` with `value`, else `oauth`.")
    {
        IsAlwaysWritten = true,
    };

    private static readonly TextKey Token = new("token", new(TextRules.Token, Secret: true, Late: true), standard: null,
        "With `bearer`: the token, sent as `Authorization: Bearer`. Keep it out of the file: `${env:NAME}` or `${file:PATH}`.");

    private static readonly TextKey Header = new("header", new(TextRules.HeaderName), Standard.Header,
        "With `apiKey`: the header that carries the key.");

    private static readonly TextKey Value = new("value", new(TextRules.HeaderValue, Secret: true, Late: true), standard: null,
        "With `apiKey`: the key. Keep it out of the file: `${env:NAME}` or `${file:PATH}`.");

    private static readonly ChoiceKey<OAuthGrant> Grant = new("grant",
        [("authorizationCode", OAuthGrant.AuthorizationCode), ("clientCredentials", OAuthGrant.ClientCredentials)],
        standard: "authorizationCode",
        "With `oauth`: `authorizationCode` has a person log in once, with `steward login`. `clientCredentials` asks nobody and needs `clientId` with `clientSecret` or `privateKeyPem`.");

    private static readonly TextKey ClientId = new("clientId", new(TextRules.NotEmpty, Late: true), standard: null,
        "With `oauth`: the id under which the authorization server knows Steward. Absent: Steward registers itself.");

    private static readonly TextKey ClientSecret = new("clientSecret", new(TextRules.NotEmpty, Secret: true, Late: true), standard: null,
        "With `oauth`: the secret that belongs to `clientId`. Keep it out of the file.");

    private static readonly TextKey ClientMetadataUrl = new("clientMetadataUrl", new(TextRules.DocumentUrl), standard: null,
        "With `oauth`: an `https` URL under which a client metadata document of yours lies; authorization servers that support such documents need no registration.");

    private static readonly TextListKey Scopes = new("scopes", new(TextRules.Scope), "none",
        "With `oauth`: scopes to ask for where neither the server's challenge nor its metadata name any.");

    private static readonly TextKey PrivateKeyPem = new("privateKeyPem", new(TextRules.PrivateKey, Secret: true, Late: true), standard: null,
        "With `oauth` and `clientCredentials`: a private key, EC or RSA, with which Steward signs for itself in place of a secret: `${file:PATH}`.");

    private static readonly NumberKey<int> RedirectPort = Number.Count("redirectPort", Standard.RedirectPort, 0, 65_535,
        "With `oauth`: the port of 127.0.0.1 to which the browser comes back after a login, where the client is registered with one. 0 means the gateway's own, or a free one where a program embeds the manager.");

    public static KeySet Keys { get; } = new("serverAuth",
        [Type, Token, Header, Value, Grant, ClientId, ClientSecret, ClientMetadataUrl, Scopes, PrivateKeyPem, RedirectPort])
    {
        IsForeign = true, // `token`, `header` and the like are words of other places, too
    };

    public static ServerAuth Read(ConfigSection section, ServerAuth inherited)
    {
        var auth = inherited with
        {
            Type = section.Read(Type, section.Has(Token) ? ServerAuthType.Bearer : section.Has(Value) ? ServerAuthType.ApiKey : inherited.Type),
            Token = section.Read(Token, null),
            Header = section.Read(Header, inherited.Header)!,
            Value = section.Read(Value, null),
            Grant = section.Read(Grant, inherited.Grant),
            ClientId = section.Read(ClientId, null),
            ClientSecret = section.Read(ClientSecret, null),
            ClientMetadataUrl = section.Read(ClientMetadataUrl, null),
            Scopes = section.Read(Scopes, null) ?? [],
            PrivateKeyPem = section.Read(PrivateKeyPem, null),
            RedirectPort = section.Read(RedirectPort, inherited.RedirectPort),
        };
        Check(section, auth);
        return auth;
    }

    public static void Visit(IKeyVisitor visitor, ServerAuth auth, ServerAuth other)
    {
        visitor.Visit(Type, auth.Type, other.Type);
        visitor.Visit(Token, auth.Token, other.Token);
        visitor.Visit(Header, auth.Header, other.Header);
        visitor.Visit(Value, auth.Value, other.Value);
        visitor.Visit(Grant, auth.Grant, other.Grant);
        visitor.Visit(ClientId, auth.ClientId, other.ClientId);
        visitor.Visit(ClientSecret, auth.ClientSecret, other.ClientSecret);
        visitor.Visit(ClientMetadataUrl, auth.ClientMetadataUrl, other.ClientMetadataUrl);
        visitor.Visit(Scopes, auth.Scopes, other.Scopes);
        visitor.Visit(PrivateKeyPem, auth.PrivateKeyPem, other.PrivateKeyPem);
        visitor.Visit(RedirectPort, auth.RedirectPort, other.RedirectPort);
    }

    private static void Check(ConfigSection section, ServerAuth auth)
    {
        var (word, used) = auth.Type switch
        {
            ServerAuthType.Bearer => ("bearer", new HashSet<ConfigKey> { Type, Token }),
            ServerAuthType.ApiKey => ("apiKey", [Type, Header, Value]),
            _ => ("oauth", [.. Keys.Keys.Except([Token, Header, Value])]),
        };
        foreach (var key in Keys.Keys.Where(key => !used.Contains(key)))
            section.Warning(key, $"{key.Name} has no effect with type \"{word}\"", "Remove it.");
        if (auth.Type == ServerAuthType.Bearer && !section.Has(Token))
            section.Problem(Token, "token is missing", "Write \"token\": \"${env:NAME}\".");
        if (auth.Type == ServerAuthType.ApiKey && !section.Has(Value))
            section.Problem(Value, "value is missing", "Write \"value\": \"${env:NAME}\".");
        if (auth.Type == ServerAuthType.OAuth)
            CheckClient(section, auth.Grant);
    }

    private static void CheckClient(ConfigSection section, OAuthGrant grant)
    {
        var needsId = grant == OAuthGrant.ClientCredentials || section.Has(ClientSecret);
        if (needsId && !section.Has(ClientId))
            section.Problem(ClientId, "clientId is missing", "Write the id under which the authorization server knows the client.");
        if (grant == OAuthGrant.AuthorizationCode)
        {
            section.Warning(PrivateKeyPem, "privateKeyPem has no effect with the grant \"authorizationCode\"", "Remove it, or write \"grant\": \"clientCredentials\".");
            return;
        }

        if (section.Has(ClientSecret) == section.Has(PrivateKeyPem))
        {
            section.Problem(ClientSecret, section.Has(ClientSecret) ? "clientSecret and privateKeyPem are both given" : "clientSecret is missing",
                "Write clientSecret or privateKeyPem: the client must prove itself.");
        }

        section.Warning(ClientMetadataUrl, "clientMetadataUrl has no effect with the grant \"clientCredentials\"", "Remove it.");
        section.Warning(RedirectPort, "redirectPort has no effect with the grant \"clientCredentials\"", "Remove it.");
    }
}
