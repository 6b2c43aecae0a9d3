using Steward.Wire;

namespace Steward.Gateway.Parking;

/// <summary>A request of a legacy server that waits for a client's next request.</summary>
/// <param name="Key">What the client calls it.</param>
/// <param name="Id">The server's id for it, as JSON.</param>
/// <param name="Method">What it asks for.</param>
/// <param name="Request">Method and parameters as the client gets them.</param>
internal sealed record ParkedQuestion(string Key, byte[] Id, McpMethod Method, byte[] Request)
{
    /// <summary>In which round the client was last asked; 0 for not yet.</summary>
    public int AskedIn { get; set; }
}
