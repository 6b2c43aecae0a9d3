namespace Steward.Upstreams.Auth;

/// <summary>What an authorization server gave for one server, and as whom. Secret from end to end.</summary>
internal sealed record StoredTokens
{
    public required string AccessToken { get; init; }

    public string? RefreshToken { get; init; }

    public required DateTimeOffset ObtainedAt { get; init; }

    /// <summary>Until when the access token is good; null where the authorization server does not say.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>What was granted, separated by blanks.</summary>
    public string? Scope { get; init; }

    public string? ClientId { get; init; }

    public string? ClientSecret { get; init; }

    public string? TokenEndpointAuthMethod { get; init; }

    /// <summary>Who gave them. Nobody else must see them but the server they are for.</summary>
    public string? AuthorizationServer { get; init; }

    /// <summary>Where the client that they were given to has its browser sent back.</summary>
    public string? RedirectUri { get; init; }

    /// <summary>How the server asked for them: where their renewal begins.</summary>
    public IReadOnlyList<string> Challenge { get; init; } = [];

    public bool IsExpired(DateTimeOffset now) => ExpiresAt <= now;

    public override string ToString() => nameof(StoredTokens);
}
