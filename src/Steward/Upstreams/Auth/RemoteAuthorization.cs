using Steward.Configuration;

namespace Steward.Upstreams.Auth;

/// <summary>The authorization of all remote servers: one session for each, which all of its links share.</summary>
internal sealed class RemoteAuthorization(AuthorizationHost host) : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, OAuthSession> _sessions = new(StringComparer.Ordinal);
    private readonly List<OAuthSession> _replaced = [];

    public AuthorizationHost Host => host;

    /// <summary>Puts authorization before the way to a server, unless the operator has given another proof.</summary>
    public HttpMessageHandler Attach(ResolvedServer server, HttpMessageHandler chain)
    {
        if (FindSession(server) is not { } session)
            return chain;
        session.ForgetNeed();
        return new AuthorizationHandler(session, chain);
    }

    /// <summary>Why a server waits for a person, in words; null where it does not.</summary>
    public string? FindNeed(string serverId)
    {
        lock (_gate)
            return _sessions.TryGetValue(serverId, out var session) ? session.Need : null;
    }

    /// <summary>The authorization of a server; null where the operator has given another proof.</summary>
    public OAuthSession? FindSession(ResolvedServer server)
    {
        if (OAuthServer.Of(server) is not { } declared)
            return null;
        lock (_gate)
        {
            if (_sessions.TryGetValue(declared.Id, out var known) && known.Server == declared)
                return known;
        }

        var session = new OAuthSession(declared, host); // reads a file: not under the lock
        lock (_gate)
        {
            if (_sessions.TryGetValue(declared.Id, out var meanwhile))
            {
                if (meanwhile.Server == declared)
                    return meanwhile;
                _replaced.Add(meanwhile); // links of earlier runs may still use it
            }

            return _sessions[declared.Id] = session;
        }
    }

    public async ValueTask DisposeAsync()
    {
        OAuthSession[] all;
        lock (_gate)
        {
            all = [.. _sessions.Values, .. _replaced];
            _sessions.Clear();
            _replaced.Clear();
        }

        foreach (var session in all)
            await session.DisposeAsync().ConfigureAwait(false);
    }
}
