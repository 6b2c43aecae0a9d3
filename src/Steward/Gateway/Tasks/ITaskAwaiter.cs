using Steward.Wire;

namespace Steward.Gateway.Tasks;

/// <summary>A call that waits for what comes of a task of its legacy server, and whose client knows nothing of that.</summary>
internal interface ITaskAwaiter
{
    /// <summary>Whether the client has given the call up.</summary>
    bool IsCancelled { get; }

    /// <summary>The server has answered, by the task's result or an error.</summary>
    void OnTaskOutcome(ReadOnlySpan<byte> message, in JsonRpcEnvelope envelope);
}
