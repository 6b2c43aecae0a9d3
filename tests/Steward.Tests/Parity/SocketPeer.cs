using System.Net.WebSockets;
using System.Text;
using System.Text.Json.Nodes;
using Steward.Tests.Upstreams.Remote;

namespace Steward.Tests.Parity;

/// <summary>A server of short messages on a WebSocket.</summary>
internal static class SocketPeer
{
    /// <param name="answer">What it gives as the result of a request.</param>
    public static Task<RemotePeer> StartAsync(Func<string, string> answer) => RemotePeer.StartAsync(async request =>
    {
        using var socket = await request.Context.WebSockets.AcceptWebSocketAsync(request.Header("Sec-WebSocket-Protocol"));
        var buffer = new byte[64 * 1024];
        while (await socket.ReceiveAsync(new ArraySegment<byte>(buffer), request.Gone) is { MessageType: WebSocketMessageType.Text } read)
        {
            var message = JsonNode.Parse(buffer.AsSpan(0, read.Count))!;
            if (message["id"] is { } id)
                await socket.SendAsync(Encoding.UTF8.GetBytes($$"""{"jsonrpc":"2.0","id":{{id.ToJsonString()}},"result":{{answer((string)message["method"]!)}}}"""), WebSocketMessageType.Text, true, request.Gone);
        }
    });
}
