using System.Collections.Concurrent;

namespace Steward.Gateway;

/// <summary>Everybody who listens: all sessions, and the subscriptions of the modern era.</summary>
internal sealed class ListenerTable(SessionTable sessions)
{
    private readonly ConcurrentDictionary<IListener, bool> _subscriptions = new();

    public IEnumerable<IListener> All => sessions.All.Concat(_subscriptions.Keys);

    public void Add(IListener subscription) => _subscriptions.TryAdd(subscription, true);

    public void Remove(IListener subscription) => _subscriptions.TryRemove(subscription, out _);
}
