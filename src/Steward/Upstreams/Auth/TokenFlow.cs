namespace Steward.Upstreams.Auth;

/// <summary>A way to tokens of one server. Used by one caller at a time.</summary>
internal abstract class TokenFlow : IAsyncDisposable
{
    /// <summary>Whether it gets further without a person, given what is kept.</summary>
    public abstract bool CanRenew(StoredTokens? tokens);

    /// <summary>Answers a challenge: what it gets is kept before it returns.</summary>
    /// <param name="challenge">How the server asked.</param>
    /// <param name="rejected">The token with which the server did so, if any.</param>
    /// <param name="cancellationToken">Gives it up.</param>
    /// <returns>The access token.</returns>
    /// <exception cref="LoginNeededException">A person is needed and not at hand.</exception>
    public abstract Task<string> RunAsync(AuthChallenge challenge, string? rejected, CancellationToken cancellationToken);

    public abstract ValueTask DisposeAsync();
}
