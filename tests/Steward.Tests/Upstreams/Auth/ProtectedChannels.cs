using System.Net.WebSockets;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Steward.Tests.Upstreams.Auth;

/// <summary>The transports beside Streamable HTTP, for those who are let in; what is said comes back.</summary>
internal static class ProtectedChannels
{
    /// <param name="routes">Where they are put: <c>/sse</c> with <c>/messages</c>, and <c>/ws</c>.</param>
    /// <param name="admit">Whether a request may pass; refuses it where not.</param>
    public static void Map(IEndpointRouteBuilder routes, Func<HttpContext, bool> admit)
    {
        var said = Channel.CreateUnbounded<string>();
        routes.MapGet("/sse", context => admit(context) ? StreamAsync(context, said.Reader) : Task.CompletedTask);
        routes.MapPost("/messages", context => admit(context) ? TakeAsync(context, said.Writer) : Task.CompletedTask);
        routes.MapGet("/ws", context => admit(context) ? EchoAsync(context) : Task.CompletedTask);
    }

    private static async Task StreamAsync(HttpContext context, ChannelReader<string> said)
    {
        context.Response.ContentType = "text/event-stream";
        await context.Response.WriteAsync("event: endpoint\ndata: /messages\n\n");
        await context.Response.Body.FlushAsync();
        try
        {
            await foreach (var message in said.ReadAllAsync(context.RequestAborted))
            {
                await context.Response.WriteAsync($"event: message\ndata: {message}\n\n");
                await context.Response.Body.FlushAsync();
            }
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The client has gone.
        }
    }

    private static async Task TakeAsync(HttpContext context, ChannelWriter<string> said)
    {
        using var body = new StreamReader(context.Request.Body);
        said.TryWrite(await body.ReadToEndAsync());
        context.Response.StatusCode = StatusCodes.Status202Accepted;
    }

    private static async Task EchoAsync(HttpContext context)
    {
        using var socket = await context.WebSockets.AcceptWebSocketAsync("mcp");
        var buffer = new byte[4096];
        while (await socket.ReceiveAsync(buffer.AsMemory(), context.RequestAborted) is { MessageType: not WebSocketMessageType.Close } read)
            await socket.SendAsync(buffer.AsMemory(0, read.Count), WebSocketMessageType.Text, read.EndOfMessage, context.RequestAborted);
        await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, context.RequestAborted);
    }
}
