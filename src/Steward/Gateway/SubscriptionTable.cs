namespace Steward.Gateway;

/// <summary>Who wants to hear of which resources of one server. The server is subscribed once for all of them.</summary>
internal sealed class SubscriptionTable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, HashSet<IListener>> _subscribers = new(StringComparer.Ordinal);

    /// <summary>Whether nobody wants to hear of anything.</summary>
    public bool IsEmpty
    {
        get
        {
            lock (_gate)
                return _subscribers.Count == 0;
        }
    }

    /// <summary>The resources that somebody wants to hear of.</summary>
    public IReadOnlyList<string> Uris
    {
        get
        {
            lock (_gate)
                return [.. _subscribers.Keys];
        }
    }

    /// <summary>Whether somebody wants to hear of it.</summary>
    public bool Has(string uri)
    {
        lock (_gate)
            return _subscribers.ContainsKey(uri);
    }

    /// <summary>
    /// Whether it is new that this one wants to hear of it. One that ends is taken out of all tables after it has said so: whoever puts it in looks afterwards
    /// whether it has ended, and takes it out again.
    /// </summary>
    public bool Add(string uri, IListener listener)
    {
        lock (_gate)
        {
            if (!_subscribers.TryGetValue(uri, out var listeners))
                _subscribers[uri] = listeners = [];
            return listeners.Add(listener);
        }
    }

    /// <summary>Whether others still want to hear of it.</summary>
    public bool Remove(string uri, IListener listener)
    {
        lock (_gate)
        {
            if (!_subscribers.TryGetValue(uri, out var listeners))
                return false;
            listeners.Remove(listener);
            if (listeners.Count == 0)
                _subscribers.Remove(uri);
            return listeners.Count > 0;
        }
    }

    /// <summary>Removes one that listens no more, and returns the resources that nobody wants to hear of any more.</summary>
    public IReadOnlyList<string> RemoveAll(IListener listener)
    {
        lock (_gate)
        {
            string[] abandoned = [.. _subscribers.Where(entry => entry.Value.Remove(listener) && entry.Value.Count == 0).Select(entry => entry.Key)];
            foreach (var uri in abandoned)
                _subscribers.Remove(uri);
            return abandoned;
        }
    }

    public IReadOnlyList<IListener> Subscribers(string uri)
    {
        lock (_gate)
            return _subscribers.TryGetValue(uri, out var listeners) ? [.. listeners] : [];
    }
}
