using System.Net.WebSockets;
using System.Text;
using Steward.Configuration;
using Steward.Supervision;
using Steward.Upstreams;
using Steward.Upstreams.Remote;
using Xunit;

namespace Steward.Tests.Upstreams.Remote;

public sealed class WebSocketLinkTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory(Timeout = 30_000)]
    [InlineData("ws", ServerTransport.Auto)]
    [InlineData("ws", ServerTransport.WebSocket)]
    [InlineData("http", ServerTransport.WebSocket)]
    public async Task A_message_is_a_frame_each_way_and_the_handshake_carries_headers_and_subprotocol(string scheme, ServerTransport transport)
    {
        await using var peer = await StartAsync(message => message);
        await using var rig = await LinkRig.ConnectAsync(new UriBuilder(peer.Url) { Scheme = scheme }.Uri, transport, new() { ["Authorization"] = "Bearer x" });

        await rig.SendAsync("""{"jsonrpc":"2.0","id":1,"method":"ping"}""");

        Assert.Equal("""{"jsonrpc":"2.0","id":1,"method":"ping"}""", await rig.Feed.NextAsync());
        Assert.Equal(ServerTransport.WebSocket, rig.Link.Transport);
        Assert.Equal(("mcp", "Bearer x"), (peer.Requests[0].Header("Sec-WebSocket-Protocol"), peer.Requests[0].Header("Authorization")));
    }

    [Fact(Timeout = 30_000)]
    public async Task Messages_keep_their_order_and_large_ones_arrive_whole()
    {
        var text = new string('x', 5 * 1024 * 1024);
        await using var peer = await StartAsync(message => message);
        await using var rig = await LinkRig.ConnectAsync(peer.Url, ServerTransport.WebSocket);

        List<Task> sending = [];
        for (var i = 0; i < 100; i++)
            sending.Add(rig.SendAsync($$"""{"n":{{i}}}""").AsTask());
        sending.Add(rig.SendAsync($$"""{"text":"{{text}}"}""").AsTask());
        sending.Add(rig.SendAsync("""{"n":100}""").AsTask());
        await Task.WhenAll(sending);

        for (var i = 0; i < 100; i++)
            Assert.Equal($$"""{"n":{{i}}}""", await rig.Feed.NextAsync());
        Assert.Contains(text, await rig.Feed.NextAsync(), StringComparison.Ordinal);
        Assert.Equal("""{"n":100}""", await rig.Feed.NextAsync());
    }

    [Fact(Timeout = 30_000)]
    public async Task A_message_of_several_lines_arrives_on_one()
    {
        await using var peer = await StartAsync(_ => "\n{\r\n\"n\": 1\n}\n");
        await using var rig = await LinkRig.ConnectAsync(peer.Url, ServerTransport.WebSocket);

        await rig.SendAsync("{}");

        Assert.Equal("{  \"n\": 1 }", await rig.Feed.NextAsync());
    }

    [Fact(Timeout = 30_000)]
    public async Task A_message_that_is_too_long_is_skipped_and_the_next_is_read()
    {
        await using var peer = await StartAsync(message => message);
        var receiver = new RecordingReceiver();
        using var socket = new ClientWebSocket();
        await socket.ConnectAsync(RemoteOrigin.ToWebSocket(peer.Url), Cancelled);
        await socket.SendAsync(Encoding.UTF8.GetBytes($"{{\"id\":7,\"pad\":\"{new string('x', 100_000)}\"}}"), WebSocketMessageType.Text, true, Cancelled);
        await socket.SendAsync("{}"u8.ToArray(), WebSocketMessageType.Text, true, Cancelled);
        await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, Cancelled);

        using var reader = new WebSocketReader(socket, 50_000);
        await reader.ReadAllAsync(receiver, Cancelled);

        var (head, tail, length) = Assert.Single(receiver.Oversized);
        Assert.Equal(("""{"id":7""", "xx\"}", 100_017), (head[..7], tail[^4..], length));
        Assert.Equal(["{}"], receiver.Messages);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_server_that_closes_the_connection_closes_the_link_with_its_words()
    {
        await using var peer = await StartAsync(_ => null);
        await using var rig = await LinkRig.ConnectAsync(peer.Url, ServerTransport.WebSocket);

        await rig.SendAsync("{}");

        Assert.Equal("closed the connection: that is enough", await rig.Link.Closed.WaitAsync(Cancelled));
        await Assert.ThrowsAsync<LinkClosedException>(async () => await rig.SendAsync("{}"));
    }

    [Fact(Timeout = 30_000)]
    public async Task The_death_of_the_server_closes_the_link()
    {
        await using var peer = await StartAsync(message => message);
        await using var rig = await LinkRig.ConnectAsync(peer.Url, ServerTransport.WebSocket);

        await peer.DisposeAsync();

        Assert.Contains("could not be read any more", await rig.Link.Closed.WaitAsync(Cancelled), StringComparison.Ordinal);
    }

    [Theory(Timeout = 30_000)]
    [InlineData(401, "give headers.Authorization or auth")]
    [InlineData(404, "look at the path of url")]
    public async Task A_server_that_refuses_says_status_and_mend(int status, string words)
    {
        await using var peer = await RemotePeer.StartAsync(request => request.RespondAsync(status));

        var failure = await Assert.ThrowsAsync<ServerLaunchException>(() => LinkRig.ConnectAsync(peer.Url, ServerTransport.WebSocket));

        Assert.Contains($"HTTP status {status}", failure.Message, StringComparison.Ordinal);
        Assert.Contains(words, failure.Message, StringComparison.Ordinal);
    }

    private static Task<RemotePeer> StartAsync(Func<string, string?> answer) => RemotePeer.StartAsync(async request =>
    {
        using var socket = await request.Context.WebSockets.AcceptWebSocketAsync(request.Header("Sec-WebSocket-Protocol"));
        var buffer = new byte[8 * 1024 * 1024];
        while (true)
        {
            var length = 0;
            WebSocketReceiveResult read;
            do
            {
                read = await socket.ReceiveAsync(new ArraySegment<byte>(buffer, length, buffer.Length - length), request.Gone);
                length += read.Count;
            }
            while (!read.EndOfMessage);
            if (read.MessageType == WebSocketMessageType.Close || answer(Encoding.UTF8.GetString(buffer, 0, length)) is not { } text)
                break;
            await socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, true, request.Gone);
        }

        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, "that is enough", request.Gone);
    });
}
