using Steward.Upstreams;
using Steward.Wire;

namespace Steward.Gateway.Tasks;

/// <summary>
/// Who has to do with a task of a legacy server on behalf of a client that does not have the task as its server has it: hears what the server
/// asks and says of it. Called by the reader of the server's output.
/// </summary>
internal interface ITaskKeeper
{
    /// <summary>The task needs something.</summary>
    void OnServerRequest(UpstreamConnection connection, ReadOnlySpan<byte> message, in JsonRpcEnvelope envelope);

    /// <summary>The server tells what becomes of it.</summary>
    void OnStatus(ReadOnlySpan<byte> message, in JsonRpcEnvelope envelope);

    /// <summary>The server no longer wants to know what it asked; <see langword="false"/> where this is not who was asked.</summary>
    bool Withdraw(UpstreamConnection connection, ReadOnlySpan<byte> requestId);
}
