using System.Net.WebSockets;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using Steward.TestServer.Fixture;

namespace Steward.TestServer.Web;

/// <summary>A message per WebSocket message, with the subprotocol <c>mcp</c>.</summary>
internal sealed class WebSocketTransport : TransportBase
{
    private const string Subprotocol = "mcp";

    private readonly WebSocket _socket;
    private readonly SemaphoreSlim _sending = new(1);

    private WebSocketTransport(WebSocket socket)
        : base("websocket", null)
    {
        _socket = socket;
        SetConnected();
    }

    public static async Task AcceptAsync(HttpContext context, FixtureServer server, CancellationToken ending)
    {
        if (!context.WebSockets.IsWebSocketRequest || !context.WebSockets.WebSocketRequestedProtocols.Contains(Subprotocol))
        {
            context.Response.StatusCode = StatusCodes.Status400BadRequest;
            return;
        }

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, ending);
        using var socket = await context.WebSockets.AcceptWebSocketAsync(Subprotocol);
        await using var transport = new WebSocketTransport(socket);
        var reading = transport.ReadAsync(limit.Token);
        try
        {
            await server.ServeAsync(transport, limit.Token);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            // The client went away.
        }

        await reading;
    }

    public override async Task SendMessageAsync(JsonRpcMessage message, CancellationToken cancellationToken = default)
    {
        var bytes = JsonSerializer.SerializeToUtf8Bytes(message, McpJsonUtilities.DefaultOptions);
        await _sending.WaitAsync(cancellationToken);
        try
        {
            await _socket.SendAsync(bytes, WebSocketMessageType.Text, endOfMessage: true, cancellationToken);
        }
        finally
        {
            _sending.Release();
        }
    }

    public override ValueTask DisposeAsync()
    {
        SetDisconnected();
        return default;
    }

    private async Task ReadAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (await ReceiveAsync(cancellationToken) is { } bytes)
                await WriteMessageAsync(JsonSerializer.Deserialize<JsonRpcMessage>(bytes, McpJsonUtilities.DefaultOptions)!, cancellationToken);
            await _socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, cancellationToken);
        }
        catch (Exception error) when (error is WebSocketException or OperationCanceledException)
        {
            // The client went away without a word.
        }
        finally
        {
            SetDisconnected();
        }
    }

    private async Task<byte[]?> ReceiveAsync(CancellationToken cancellationToken)
    {
        using var message = new MemoryStream();
        var buffer = new byte[64 << 10];
        while (true)
        {
            var part = await _socket.ReceiveAsync(buffer.AsMemory(), cancellationToken);
            if (part.MessageType == WebSocketMessageType.Close)
                return null;
            message.Write(buffer, 0, part.Count);
            if (part.EndOfMessage)
                return message.ToArray();
        }
    }
}
