using Steward.Configuration;
using Steward.Supervision;

namespace Steward.Upstreams.Remote;

/// <summary>Opens links to remote servers, over whichever transport they speak.</summary>
internal static class RemoteLinks
{
    /// <summary>Opens a link. Over Streamable HTTP the server is first reached by the handshake.</summary>
    /// <exception cref="ServerLaunchException">The server cannot be reached, or does not speak the transport.</exception>
    public static async Task<ILink> ConnectAsync(ResolvedServer server, UpstreamHost host, CancellationToken cancellationToken)
    {
        var endpoint = new RemoteEndpoint(server, host);
        try
        {
            return server.Transport switch
            {
                ServerTransport.Http => new StreamableHttpLink(endpoint),
                ServerTransport.Sse => await SseLink.ConnectAsync(endpoint, cancellationToken).ConfigureAwait(false),
                ServerTransport.WebSocket => await WebSocketLink.ConnectAsync(endpoint, cancellationToken).ConfigureAwait(false),
                _ => await DetectAsync(endpoint, host.Transports, cancellationToken).ConfigureAwait(false),
            };
        }
        catch (Exception failure)
        {
            endpoint.Dispose();
            cancellationToken.ThrowIfCancellationRequested();
            throw new ServerLaunchException($"Cannot connect server '{server.Id}': {RemoteFailure.Describe(endpoint.Url, failure)}.", innerException: failure) { RetryAfter = endpoint.AskedPause };
        }
    }

    private static async Task<ILink> DetectAsync(RemoteEndpoint endpoint, RemoteTransports known, CancellationToken cancellationToken)
    {
        if (RemoteOrigin.IsWebSocket(endpoint.Url))
            return await WebSocketLink.ConnectAsync(endpoint, cancellationToken).ConfigureAwait(false);

        if (known.IsSse(endpoint))
        {
            try
            {
                return await SseLink.ConnectAsync(endpoint, cancellationToken).ConfigureAwait(false);
            }
            catch (RemoteRefusalException)
            {
                known.Forget(endpoint); // it has changed: found out anew
            }
        }

        return new DetectedLink(endpoint, known);
    }
}
