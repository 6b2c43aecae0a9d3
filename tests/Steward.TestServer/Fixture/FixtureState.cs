using System.Collections.Concurrent;

namespace Steward.TestServer.Fixture;

/// <summary>What the fixture server remembers, whoever asks. Safe for use by several at once.</summary>
internal sealed class FixtureState
{
    private readonly ConcurrentDictionary<object, Func<string, string?, CancellationToken, Task>> _listeners = new();
    private int _revision;

    /// <summary>Labels of the <c>sleep</c> calls that have begun, in that order.</summary>
    public ConcurrentQueue<string> Begun { get; } = new();

    /// <summary>Labels of the <c>sleep</c> calls that were cancelled, in the order in which they noticed.</summary>
    public ConcurrentQueue<string> Cancelled { get; } = new();

    /// <summary>Tools added at run time.</summary>
    public ConcurrentDictionary<string, FixtureTool> AddedTools { get; } = new();

    /// <summary>Prompts added at run time.</summary>
    public ConcurrentDictionary<string, bool> AddedPrompts { get; } = new();

    /// <summary>How often the watched resource changed.</summary>
    public int Revision => Volatile.Read(ref _revision);

    public int NextRevision() => Interlocked.Increment(ref _revision);

    /// <summary>Who listens hears of every change: the notification's method, and the URI if it is about one resource.</summary>
    public void Listen(object owner, Func<string, string?, CancellationToken, Task> listener) => _listeners[owner] = listener;

    public void Forget(object owner) => _listeners.TryRemove(owner, out _);

    /// <summary>Tells all who listen; when this returns, the notifications are on their way.</summary>
    public async Task PublishAsync(string method, string? uri, CancellationToken cancellationToken)
    {
        foreach (var listener in _listeners.Values)
            await listener(method, uri, cancellationToken);
    }
}
