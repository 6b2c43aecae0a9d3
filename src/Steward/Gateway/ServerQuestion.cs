using Steward.Upstreams;

namespace Steward.Gateway;

/// <summary>A request of a server that a client has not answered yet.</summary>
/// <param name="Connection">Where it came from.</param>
/// <param name="Id">The server's id for it, as JSON.</param>
/// <param name="ProgressToken">The server's progress token, as JSON; empty where it gave none.</param>
internal sealed record ServerQuestion(UpstreamConnection Connection, byte[] Id, byte[] ProgressToken)
{
    /// <summary>The server's id of the task that it belongs to, as JSON; empty where it belongs to none.</summary>
    public byte[] TaskId { get; init; } = [];
}
