using Steward.Catalog;

namespace Steward.Gateway;

/// <summary>Somebody who hears of changed lists and updated resources: a session, or a subscription of the modern era.</summary>
internal interface IListener
{
    GatewayEndpoint Endpoint { get; }

    /// <summary>Whether it hears nothing any more.</summary>
    bool HasEnded { get; }

    /// <summary>Some of the lists of its endpoint have changed.</summary>
    void OnListsChanged(IReadOnlyList<CatalogKind> kinds);

    /// <summary>A resource has changed to which it is subscribed.</summary>
    /// <param name="uri">As its endpoint calls it, as JSON.</param>
    /// <param name="message">The server's own notification.</param>
    /// <param name="envelope">Where its parts are.</param>
    void OnResourceUpdated(byte[] uri, ReadOnlySpan<byte> message, in Wire.JsonRpcEnvelope envelope);
}
