using ModelContextProtocol.Authentication;

namespace Steward.Upstreams.Auth;

/// <summary>
/// The tokens of a server as the SDK's client sees them. What is good is decided here, by our clock and our margin: the client is
/// told of no end that it would judge itself.
/// </summary>
internal sealed class SdkTokenCache(TokenKeeper keeper, AuthorizationHost host, string redirectUri) : ITokenCache
{
    /// <summary>Whether a person has come to log in: what is kept then counts for nothing but as whom it was got.</summary>
    public bool IsLogin { get; init; }

    /// <summary>What the flow under way answers.</summary>
    public AuthChallenge Challenge { get; set; } = AuthChallenge.Remembered([]);

    /// <summary>Whether the flow under way has turned to a person: what it then gets is a new grant, no renewal.</summary>
    public bool HasAsked { get; set; }

    public ValueTask<TokenContainer?> GetTokensAsync(CancellationToken cancellationToken)
    {
        if (keeper.Current is not { } tokens)
            return new((TokenContainer?)null);
        var isGood = !IsLogin && !keeper.IsDue(tokens);
        var hasOurClient = !IsLogin || tokens.RedirectUri == redirectUri; // authorization servers know clients by that, too
        return new(new TokenContainer
        {
            TokenType = "Bearer",
            AccessToken = tokens.AccessToken,
            RefreshToken = IsLogin ? null : tokens.RefreshToken,
            ObtainedAt = isGood ? tokens.ObtainedAt : DateTimeOffset.UnixEpoch,
            ExpiresIn = isGood ? null : 0,
            Scope = tokens.Scope,
            ClientId = hasOurClient ? tokens.ClientId : null,
            ClientSecret = hasOurClient ? tokens.ClientSecret : null,
            TokenEndpointAuthMethod = tokens.TokenEndpointAuthMethod,
            AuthorizationServer = tokens.AuthorizationServer,
        });
    }

    public ValueTask StoreTokensAsync(TokenContainer tokens, CancellationToken cancellationToken)
    {
        // Who renews may leave out what has not changed: RFC 6749, sections 5.1 and 6.
        var before = HasAsked ? null : keeper.Current;
        var now = host.Time.GetUtcNow();
        keeper.Keep(new StoredTokens
        {
            AccessToken = tokens.AccessToken,
            RefreshToken = tokens.RefreshToken ?? before?.RefreshToken,
            ObtainedAt = now,
            ExpiresAt = tokens.ExpiresIn is { } seconds ? now.AddSeconds(Math.Max(seconds, 0)) : null,
            Scope = tokens.Scope ?? before?.Scope,
            ClientId = tokens.ClientId,
            ClientSecret = tokens.ClientSecret,
            TokenEndpointAuthMethod = tokens.TokenEndpointAuthMethod,
            AuthorizationServer = tokens.AuthorizationServer,
            RedirectUri = before is null ? redirectUri : before.RedirectUri,
            Challenge = Challenge.Headers,
        });
        return default;
    }
}
