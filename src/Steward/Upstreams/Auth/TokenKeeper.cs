namespace Steward.Upstreams.Auth;

/// <summary>The tokens of one server: in memory, and on disk where there is a store. Each change is one assignment.</summary>
internal sealed class TokenKeeper
{
    // A token is renewed a little before its end, since requests and clocks take time.
    private static readonly TimeSpan LongestMargin = TimeSpan.FromSeconds(60);
    private const double MarginShare = 0.1;

    private readonly string _serverId;
    private readonly Uri _endpoint;
    private readonly AuthorizationHost _host;
    private StoredTokens? _current;

    public TokenKeeper(OAuthServer server, AuthorizationHost host)
    {
        (_serverId, _endpoint, _host) = (server.Id, server.Endpoint, host);
        _current = host.Store?.Load(_serverId, _endpoint);
    }

    public StoredTokens? Current => Volatile.Read(ref _current);

    public bool IsExpired(StoredTokens tokens) => tokens.IsExpired(_host.Time.GetUtcNow());

    /// <summary>Whether it is time to renew: a tenth of the token's life before its end, but at most a minute.</summary>
    public bool IsDue(StoredTokens tokens)
    {
        if (tokens.ExpiresAt is not { } end)
            return false;
        var share = (end - tokens.ObtainedAt) * MarginShare;
        return _host.Time.GetUtcNow() >= end - (share < LongestMargin ? share : LongestMargin);
    }

    public void Keep(StoredTokens tokens)
    {
        Volatile.Write(ref _current, tokens);
        _host.Store?.Save(_serverId, _endpoint, tokens);
    }

    /// <summary>Forgets the tokens, here and on disk, and with them as whom they were got.</summary>
    public void Forget()
    {
        Volatile.Write(ref _current, null);
        _host.Store?.Delete(_serverId, _endpoint);
    }
}
