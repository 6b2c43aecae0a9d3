namespace Steward.Gateway;

/// <summary>Which sessions want to hear of which resources of one server. The server is subscribed once for all of them.</summary>
internal sealed class SubscriptionTable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, HashSet<Session>> _subscribers = new(StringComparer.Ordinal);

    /// <summary>The resources that somebody wants to hear of.</summary>
    public IReadOnlyList<string> Uris
    {
        get
        {
            lock (_gate)
                return [.. _subscribers.Keys];
        }
    }

    public void Add(string uri, Session session)
    {
        lock (_gate)
        {
            if (!_subscribers.TryGetValue(uri, out var sessions))
                _subscribers[uri] = sessions = [];
            sessions.Add(session);
        }
    }

    /// <summary>Whether others still want to hear of it.</summary>
    public bool Remove(string uri, Session session)
    {
        lock (_gate)
        {
            if (!_subscribers.TryGetValue(uri, out var sessions))
                return false;
            sessions.Remove(session);
            if (sessions.Count == 0)
                _subscribers.Remove(uri);
            return sessions.Count > 0;
        }
    }

    /// <summary>Removes a session that has ended, and returns the resources that nobody wants to hear of any more.</summary>
    public IReadOnlyList<string> RemoveAll(Session session)
    {
        lock (_gate)
        {
            string[] abandoned = [.. _subscribers.Where(entry => entry.Value.Remove(session) && entry.Value.Count == 0).Select(entry => entry.Key)];
            foreach (var uri in abandoned)
                _subscribers.Remove(uri);
            return abandoned;
        }
    }

    public IReadOnlyList<Session> Subscribers(string uri)
    {
        lock (_gate)
            return _subscribers.TryGetValue(uri, out var sessions) ? [.. sessions] : [];
    }
}
