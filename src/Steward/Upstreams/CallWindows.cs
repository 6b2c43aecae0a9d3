using System.Collections.Concurrent;
using Steward.Supervision;

namespace Steward.Upstreams;

/// <summary>How the calls of each server went lately. Of a server, whose clients may have processes of their own, it is one account.</summary>
internal sealed class CallWindows(TimeProvider time)
{
    private readonly ConcurrentDictionary<string, CallWindow> _windows = new(StringComparer.Ordinal);

    public CallWindow this[string serverId] => _windows.GetOrAdd(serverId, static (_, time) => new CallWindow(time), time);

    /// <summary>A server is removed.</summary>
    public void Forget(string serverId) => _windows.TryRemove(serverId, out _);
}
