using System.Net.WebSockets;
using System.Text;
using System.Text.Json.Nodes;
using Steward.Tests.Gateway;
using Xunit;

namespace Steward.Tests.Server.Channels;

/// <summary>A client of WebSocket that shows everything that happens on the wire.</summary>
internal sealed class RigSocket : IDisposable
{
    private readonly ClientWebSocket _socket = new();
    private readonly byte[] _buffer = new byte[4 * 1024 * 1024];

    public WebSocketCloseStatus? CloseStatus => _socket.CloseStatus;

    public string? SubProtocol => _socket.SubProtocol;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public static async Task<RigSocket> ConnectAsync(Uri url, string path = "/ws", string? token = null)
    {
        var socket = new RigSocket();
        socket._socket.Options.AddSubProtocol("mcp");
        if (token is not null)
            socket._socket.Options.SetRequestHeader("Authorization", $"Bearer {token}");
        await socket._socket.ConnectAsync(new UriBuilder(new Uri(url, path)) { Scheme = "ws" }.Uri, Cancelled);
        return socket;
    }

    /// <summary>A client with a session.</summary>
    public static async Task<RigSocket> OpenAsync(GatewayRig rig, string path = "/ws", string revision = "2025-11-25", string capabilities = "{}")
    {
        var socket = await ConnectAsync(rig.Url, path);
        await socket.SayAsync(RigClient.Opening(revision, capabilities));
        Assert.Equal("open", (string?)(await socket.HearAsync())!["id"]);
        await socket.SayAsync("""{"jsonrpc":"2.0","method":"notifications/initialized"}""");
        return socket;
    }

    public Task SayAsync(string message, WebSocketMessageType type = WebSocketMessageType.Text) =>
        _socket.SendAsync(Encoding.UTF8.GetBytes(message), type, endOfMessage: true, Cancelled);

    public Task SayAsync(byte[] part, bool endOfMessage) => _socket.SendAsync(part, WebSocketMessageType.Text, endOfMessage, Cancelled);

    /// <summary>The next message; <see langword="null"/> when the other side closes.</summary>
    public async Task<JsonNode?> HearAsync()
    {
        var length = 0;
        while (true)
        {
            var read = await _socket.ReceiveAsync(_buffer.AsMemory(length), Cancelled);
            if (read.MessageType == WebSocketMessageType.Close)
                return null;
            length += read.Count;
            if (read.EndOfMessage)
                return JsonNode.Parse(_buffer.AsSpan(0, length));
        }
    }

    /// <summary>The next answer; what the server says of its own accord before it is dropped.</summary>
    public async Task<JsonNode> AnswerAsync()
    {
        while (true)
        {
            if ((await HearAsync())! is { } message && message["id"] is not null && message["method"] is null)
                return message;
        }
    }

    public Task CloseAsync() => _socket.CloseAsync(WebSocketCloseStatus.NormalClosure, "", Cancelled);

    /// <summary>Goes as a client does that crashed.</summary>
    public void Abort() => _socket.Abort();

    public void Dispose() => _socket.Dispose();
}
