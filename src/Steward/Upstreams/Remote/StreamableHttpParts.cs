namespace Steward.Upstreams.Remote;

/// <summary>What the exchanges of one link have in common.</summary>
/// <param name="Endpoint">Where the server is.</param>
/// <param name="Sessions">The session with a server of the legacy era.</param>
/// <param name="Tools">Which parameters of tools are repeated in headers.</param>
/// <param name="Turn">Delivers what the server says.</param>
/// <param name="Vitals">Notices when the server dies.</param>
internal sealed record StreamableHttpParts(RemoteEndpoint Endpoint, LegacySessions Sessions, ToolHeaderTable Tools, DeliveryTurn Turn, RemoteVitals Vitals)
{
    /// <summary>Takes a handshake over that the server refused as no server of this transport would; says whether it did.</summary>
    public Func<OutgoingMessage, CancellationToken, Task<bool>> TakeOver { get; init; } = static (_, _) => Task.FromResult(false);
}
