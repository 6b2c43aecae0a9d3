using System.Collections.Concurrent;

namespace Steward.Upstreams.Remote;

/// <summary>Remembers which servers were found to speak HTTP+SSE, so that their next connection need not find out again.</summary>
internal sealed class RemoteTransports
{
    // As many as there are servers in the configuration, and those that were.
    private readonly ConcurrentDictionary<(string Server, Uri Url), bool> _sse = new();

    public bool IsSse(RemoteEndpoint endpoint) => _sse.ContainsKey(Key(endpoint));

    public void RememberSse(RemoteEndpoint endpoint) => _sse[Key(endpoint)] = true;

    public void Forget(RemoteEndpoint endpoint) => _sse.TryRemove(Key(endpoint), out _);

    private static (string Server, Uri Url) Key(RemoteEndpoint endpoint) => (endpoint.ServerId, endpoint.Url);
}
