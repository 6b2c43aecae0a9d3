using System.Net;
using System.Text;
using Steward.Configuration;
using Steward.Processes;
using Steward.Upstreams.Remote;

namespace Steward.Upstreams.Auth;

/// <summary>The authorization of one server, however many links and calls need it: one renewal at a time, of which all have a share.</summary>
internal sealed class OAuthSession : IAsyncDisposable
{
    // Who could not renew a token that is still good asks no more often than this.
    private static readonly TimeSpan RenewalPause = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan RevokedWithin = TimeSpan.FromSeconds(5);
    private const int LongestReason = 400;

    private readonly AuthorizationHost _host;
    private readonly TokenKeeper _keeper;
    private readonly SemaphoreSlim _turn = new(1, 1); // never disposed: it holds no handle
    private TokenFlow? _flow;
    private DateTimeOffset _nextRenewal = DateTimeOffset.MinValue;
    private AuthChallenge? _unanswered;
    private string? _need;

    public OAuthSession(OAuthServer server, AuthorizationHost host) => (Server, _host, _keeper) = (server, host, new TokenKeeper(server, host));

    public OAuthServer Server { get; }

    /// <summary>Why only a person can help, in words; null where nobody need.</summary>
    public string? Need => Volatile.Read(ref _need);

    /// <summary>Begins anew: what was needed before may have been given meanwhile.</summary>
    public void ForgetNeed() => Volatile.Write(ref _need, null);

    /// <summary>The token for a request; null where there is none. Renews it where it is time to.</summary>
    /// <exception cref="RemoteRefusalException">It is expired and could not be renewed.</exception>
    public async ValueTask<string?> GetTokenAsync(CancellationToken cancellationToken)
    {
        if (_keeper.Current is not { } tokens)
            return null;
        if (!_keeper.IsDue(tokens))
            return tokens.AccessToken;
        if (!_keeper.IsExpired(tokens) && _host.Time.GetUtcNow() < _nextRenewal)
            return tokens.AccessToken;
        return await RenewAsync(tokens, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The token with which a refused request may be sent again.</summary>
    /// <param name="challenge">How the server asked.</param>
    /// <param name="rejected">The token that the request carried.</param>
    /// <param name="cancellationToken">Gives it up.</param>
    /// <exception cref="RemoteRefusalException">There is none to be had; says what to do.</exception>
    public async Task<string> AnswerAsync(AuthChallenge challenge, string? rejected, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            // Another call may have had its share while this one waited.
            if (!challenge.IsAboutScope && _keeper.Current is { } tokens && tokens.AccessToken != rejected && !_keeper.IsExpired(tokens))
                return tokens.AccessToken;
            return await AcquireAsync(challenge, rejected, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Has a person log in. Runs beside everything else, which a person may keep waiting for long.</summary>
    /// <exception cref="RemoteRefusalException">It came to nothing; says why.</exception>
    public async Task LoginAsync(LoginAttempt attempt, CancellationToken cancellationToken)
    {
        if (Server.Auth.Grant == OAuthGrant.ClientCredentials)
            throw new RemoteRefusalException($"Server '{Server.Id}' needs no login: it is reached with client credentials.");
        var challenge = _unanswered ?? AuthChallenge.Remembered(_keeper.Current?.Challenge ?? []);
        try
        {
            var flow = new AuthorizationCodeFlow(Server, _keeper, _host, attempt);
            await using var owned = flow.ConfigureAwait(false);
            await flow.RunAsync(challenge, _keeper.Current?.AccessToken, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested) // of the SDK's client, whatever its type
        {
            var reason = Reason(failure);
            _host.Logger.LoginFailed(Server.Id, reason);
            throw new RemoteRefusalException(reason, HttpStatusCode.Unauthorized);
        }

        Obtained();
    }

    /// <summary>Forgets the tokens, and as whom they were got; tells the authorization server so, if it wants to know and can be reached.</summary>
    public async Task LogoutAsync(CancellationToken cancellationToken)
    {
        var tokens = _keeper.Current;
        _keeper.Forget();
        if (tokens is null)
            return;
        using var limit = new TimeLimit(RevokedWithin, _host.Time, cancellationToken);
        try
        {
            if (await TokenRevocation.RunAsync(Server, tokens, _host.Time, limit.Token).ConfigureAwait(false))
                _host.Logger.TokensRevoked(Server.Id);
        }
        catch (Exception failure) when (failure is InvalidOperationException or HttpRequestException or OperationCanceledException or UriFormatException)
        {
            _host.Logger.TokensNotRevoked(Server.Id, failure is OperationCanceledException ? $"no answer within {RevokedWithin.TotalSeconds:0} s" : Reason(failure));
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _flow, null) is { } flow)
            await flow.DisposeAsync().ConfigureAwait(false);
    }

    private async Task<string?> RenewAsync(StoredTokens old, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_keeper.Current is not { } tokens || !_keeper.IsDue(tokens))
                return _keeper.Current?.AccessToken;
            if (!Flow.CanRenew(tokens))
                return _keeper.IsExpired(tokens) ? null : tokens.AccessToken; // the server's own refusal says best what it wants
            return await AcquireAsync(AuthChallenge.Remembered(tokens.Challenge), tokens.AccessToken, cancellationToken).ConfigureAwait(false);
        }
        catch (RemoteRefusalException refusal) when (!_keeper.IsExpired(old))
        {
            _nextRenewal = _host.Time.GetUtcNow() + RenewalPause;
            _host.Logger.EarlyRenewalFailed(Server.Id, refusal.Message);
            return old.AccessToken;
        }
        finally
        {
            _turn.Release();
        }
    }

    private TokenFlow Flow => _flow ??= Server.Auth.Grant == OAuthGrant.ClientCredentials
        ? new ClientCredentialsFlow(Server, _keeper, _host)
        : new AuthorizationCodeFlow(Server, _keeper, _host);

    private async Task<string> AcquireAsync(AuthChallenge challenge, string? rejected, CancellationToken cancellationToken)
    {
        try
        {
            if (!Flow.CanRenew(_keeper.Current))
                throw new LoginNeededException("there is nothing to renew");
            var token = await Flow.RunAsync(challenge, rejected, cancellationToken).ConfigureAwait(false);
            Obtained();
            return token;
        }
        catch (LoginNeededException)
        {
            throw NeedLogin(challenge);
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested) // of the SDK's client, whatever its type
        {
            throw new RemoteRefusalException(Reason(failure), HttpStatusCode.Unauthorized);
        }
    }

    private RemoteRefusalException NeedLogin(AuthChallenge challenge)
    {
        _unanswered = challenge;
        if (!challenge.IsAboutScope && _keeper.Current is { RefreshToken: not null } tokens)
            _keeper.Keep(tokens with { RefreshToken = null }); // refused: to present it again and again helps nobody
        var need = challenge.IsAboutScope
            ? $"this needs more rights than were granted: {_host.HowToLogIn(Server.Id)}"
            : $"Server '{Server.Id}' needs a login: {_host.HowToLogIn(Server.Id)}";
        if (!challenge.IsAboutScope)
            Volatile.Write(ref _need, need);
        _host.Logger.LoginNeeded(Server.Id);
        return new RemoteRefusalException(need, challenge.Status);
    }

    private void Obtained()
    {
        _unanswered = null;
        _nextRenewal = DateTimeOffset.MinValue;
        ForgetNeed();
        _host.Logger.TokensObtained(Server.Id);
    }

    /// <summary>What the client says may hold what an authorization server said: bounded, and on one line.</summary>
    private string Reason(Exception failure)
    {
        var words = LogText.Clean(Encoding.UTF8.GetBytes(failure.Message.ReplaceLineEndings(" ")));
        return $"{RemoteOrigin.Show(Server.Endpoint)} wants authorization, and that failed: {BoundedText.Of(words, LongestReason)}";
    }
}
