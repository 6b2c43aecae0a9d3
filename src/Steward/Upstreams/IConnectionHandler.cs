using Steward.Wire;

namespace Steward.Upstreams;

/// <summary>Hears what a server says of its own accord. Calls come one at a time and must not block; bytes are valid during the call.</summary>
internal interface IConnectionHandler
{
    void OnRequest(UpstreamConnection connection, ReadOnlySpan<byte> message, in JsonRpcEnvelope envelope);

    /// <summary>Progress of a call that was answered already, by a task that goes on.</summary>
    /// <returns>Whether there is such a task.</returns>
    bool OnLateProgress(UpstreamConnection connection, long upstreamId, ReadOnlySpan<byte> message, in JsonRpcEnvelope envelope);

    /// <summary>Any notification but progress, which goes to its call.</summary>
    void OnNotification(UpstreamConnection connection, ReadOnlySpan<byte> message, in JsonRpcEnvelope envelope);

    /// <summary>The server had forgotten its session, and another was opened: it knows of no subscription and no log level.</summary>
    void OnRenewed(UpstreamConnection connection)
    {
    }
}
