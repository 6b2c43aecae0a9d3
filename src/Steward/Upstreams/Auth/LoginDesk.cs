using Steward.Configuration;
using Steward.Upstreams.Remote;

namespace Steward.Upstreams.Auth;

/// <summary>The logins that people have begun and not finished: at most one for each server.</summary>
internal sealed class LoginDesk(RemoteAuthorization authorization, VariableResolver variables) : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, PendingLogin> _pending = new(StringComparer.Ordinal);

    /// <summary>Begins a login, in the place of one for the same server that nobody finished.</summary>
    /// <returns>Where to log in.</returns>
    /// <exception cref="VariableException">The server's declaration cannot be resolved.</exception>
    /// <exception cref="InvalidOperationException">No login would help with this server.</exception>
    /// <exception cref="RemoteRefusalException">The server, or its authorization server, did not come so far; says why.</exception>
    public async Task<Uri> BeginAsync(ServerConfig server, CancellationToken cancellationToken)
    {
        var session = FindSession(server) ?? throw new InvalidOperationException($"Server '{server.Id}' needs no login: it is no remote server, or its configuration says who Steward is.");
        var login = new PendingLogin(session, Patience, authorization.Host);
        PendingLogin? before;
        lock (_gate)
        {
            _pending.TryGetValue(server.Id, out before);
            _pending[server.Id] = login;
        }

        if (before is not null)
            await before.DisposeAsync().ConfigureAwait(false); // its redirect port, if it has one of its own, is needed again
        return await login.StartAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Completes when the login for a server has ended, with the reason where it failed; at once where none is under way.</summary>
    public Task<string?> WaitAsync(string serverId, CancellationToken cancellationToken)
    {
        lock (_gate)
            return _pending.TryGetValue(serverId, out var login) ? login.Ended.WaitAsync(cancellationToken) : Task.FromResult<string?>(null);
    }

    /// <summary>Ends a login that is under way; says nothing where there is none.</summary>
    public async Task GiveUpAsync(string serverId)
    {
        PendingLogin? login;
        lock (_gate)
            _pending.Remove(serverId, out login);
        if (login is not null)
            await login.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>The browser is back from an authorization server.</summary>
    /// <param name="query">With what.</param>
    /// <param name="cancellationToken">Gives up waiting for what comes of it.</param>
    /// <returns>Whether a login waited for it; and why it failed, if it did.</returns>
    public async Task<(bool IsKnown, string? Failure)> AnswerAsync(string query, CancellationToken cancellationToken)
    {
        PendingLogin? login;
        var state = QueryText.Find(query, "state");
        lock (_gate)
            login = state is null ? null : _pending.Values.FirstOrDefault(pending => pending.Attempt.State == state);
        if (login is null)
            return (false, null);
        login.Attempt.Answer(query);
        return (true, await login.Ended.WaitAsync(cancellationToken).ConfigureAwait(false));
    }

    /// <summary>Forgets the tokens of a server, and a login under way; has the tokens revoked where that is possible.</summary>
    /// <exception cref="VariableException">The server's declaration cannot be resolved.</exception>
    /// <exception cref="InvalidOperationException">The server has none.</exception>
    public async Task LogoutAsync(ServerConfig server, CancellationToken cancellationToken)
    {
        var session = FindSession(server) ?? throw new InvalidOperationException($"Server '{server.Id}' has no tokens to forget.");
        await GiveUpAsync(server.Id).ConfigureAwait(false);
        await session.LogoutAsync(cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        PendingLogin[] all;
        lock (_gate)
        {
            all = [.. _pending.Values];
            _pending.Clear();
        }

        foreach (var login in all)
            await login.DisposeAsync().ConfigureAwait(false);
    }

    private OAuthSession? FindSession(ServerConfig server) => authorization.FindSession(ResolvedServer.From(server, variables));
}
