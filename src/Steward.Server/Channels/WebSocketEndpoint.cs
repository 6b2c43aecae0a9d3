using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Steward.Configuration;
using Steward.Gateway;
using Steward.Gateway.Channels;
using Steward.Server.Mcp;

namespace Steward.Server.Channels;

/// <summary>
/// MCP over WebSocket: subprotocol <c>mcp</c>, one message in each text frame. Revisions of the specification leave it to both sides;
/// this is how the official SDKs do it.
/// </summary>
internal sealed class WebSocketEndpoint(McpGateway gateway, ChannelTable channels, GatewayLimits limits, TimeProvider clock, ILogger logger)
{
    private const string SubProtocol = "mcp";

    /// <summary>How often a sign of life is asked for, and how long it is waited for.</summary>
    public static readonly TimeSpan PingInterval = TimeSpan.FromSeconds(15);

    /// <summary>Serves a connection until one of both sides ends it; the client's session lives as long.</summary>
    public async Task ServeAsync(HttpContext context, GatewayEndpoint endpoint, string? principal)
    {
        if (!context.WebSockets.IsWebSocketRequest)
        {
            context.Response.Headers.Upgrade = "websocket";
            await McpErrors.WriteAsync(context, StatusCodes.Status426UpgradeRequired, McpErrors.InvalidRequest, "Only WebSockets are served here. Streamable HTTP is at /mcp.");
            return;
        }

        if (!context.WebSockets.WebSocketRequestedProtocols.Contains(SubProtocol))
        {
            await McpErrors.WriteAsync(context, StatusCodes.Status400BadRequest, McpErrors.InvalidRequest, $"Sec-WebSocket-Protocol must offer '{SubProtocol}'.");
            return;
        }

        using var channel = new ClientChannel(gateway, endpoint, principal, logger);
        if (!channels.TryAdd(channel, out var id))
        {
            await ChannelErrors.FullAsync(context, channels);
            return;
        }

        try
        {
            using var socket = await context.WebSockets.AcceptWebSocketAsync(new WebSocketAcceptContext
            {
                SubProtocol = SubProtocol,
                KeepAliveInterval = PingInterval,
                KeepAliveTimeout = PingInterval,
            });
            await new WebSocketConnection(socket, channel, limits.BodyMb * 1024 * 1024, clock).RunAsync();
        }
        finally
        {
            channels.Remove(id);
        }
    }
}
