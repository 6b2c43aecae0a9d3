using System.Collections.Concurrent;

namespace Steward.Gateway;

/// <summary>Everybody who listens: all sessions, and the subscriptions of the modern era.</summary>
internal sealed class ListenerTable(SessionTable sessions)
{
    private readonly ConcurrentDictionary<ModernSubscription, bool> _subscriptions = new();

    public IEnumerable<IListener> All => sessions.All.Concat<IListener>(_subscriptions.Keys);

    public ICollection<ModernSubscription> Subscriptions => _subscriptions.Keys;

    public void Add(ModernSubscription subscription) => _subscriptions.TryAdd(subscription, true);

    /// <summary>Takes one out; <see langword="false"/> where that was done before.</summary>
    public bool Remove(ModernSubscription subscription) => _subscriptions.TryRemove(subscription, out _);
}
