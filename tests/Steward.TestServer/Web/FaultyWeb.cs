using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Steward.TestServer.Web;

/// <summary>
/// A remote server with every fault: Streamable HTTP of the legacy era at <c>/mcp</c>, HTTP+SSE at <c>/sse</c>. The text of a call of
/// <c>misbehave</c> says which fault its answer has. Prints its address as the only line, and ends with its input.
/// </summary>
internal static class FaultyWeb
{
    private static readonly Dictionary<string, Channel<string>> Streams = [];
    private static readonly HashSet<string> Sessions = [];
    private static bool _hasForgotten;

    public static async Task<int> RunAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(static options => options.Listen(IPAddress.Loopback, 0));
        builder.Services.AddRoutingCore();
        await using var app = builder.Build();
        app.MapPost("/mcp", PostAsync);
        app.MapGet("/sse", ListenAsync);
        app.MapPost("/messages", TakeAsync);
        return await app.ServeUntilInputEndsAsync();
    }

    private static async Task PostAsync(HttpContext context)
    {
        var message = (await JsonNode.ParseAsync(context.Request.Body))!;
        if ((string?)message["method"] == "initialize")
        {
            var session = Guid.NewGuid().ToString("N");
            lock (Sessions)
                Sessions.Add(session);
            context.Response.Headers["Mcp-Session-Id"] = session;
        }
        else if (!Knows(context.Request.Headers["Mcp-Session-Id"].ToString()))
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        if (WebFault.Of(message) is { } fault)
        {
            await WebFault.AnswerAsync(context, fault == "forget" && !TryForget() ? "" : fault, message);
        }
        else if (Messages.AnswerTo(message) is { } answer)
        {
            context.Response.ContentType = "application/json";
            await context.Response.WriteAsync(answer);
        }
        else
        {
            context.Response.StatusCode = StatusCodes.Status202Accepted;
        }
    }

    private static async Task ListenAsync(HttpContext context)
    {
        var (id, stream) = (Guid.NewGuid().ToString("N"), Channel.CreateUnbounded<string>());
        lock (Streams)
            Streams[id] = stream;
        context.Response.ContentType = "text/event-stream";
        await SayAsync(context, "endpoint", $"/messages?stream={id}");
        await foreach (var message in stream.Reader.ReadAllAsync(context.RequestAborted))
        {
            var fault = WebFault.Of(JsonNode.Parse(message)!);
            if (fault is "reset" or "cut")
            {
                await SayAsync(context, "message", fault == "cut" ? "{\"jsonrpc\":" : null);
                context.Abort();
            }
            else if (fault == "end")
                return;
            else if (fault is null && Messages.AnswerTo(JsonNode.Parse(message)!) is { } answer)
                await SayAsync(context, "message", answer);
            else if (fault == "nonsense")
                await SayAsync(context, "message", "no message");
        }
    }

    private static async Task TakeAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body);
        var message = await reader.ReadToEndAsync();
        if (WebFault.Of(JsonNode.Parse(message)!) is { } fault && WebFault.Statuses.TryGetValue(fault, out var status))
        {
            context.Response.StatusCode = status;
            return;
        }

        lock (Streams)
            Streams[context.Request.Query["stream"].ToString()].Writer.TryWrite(message);
        context.Response.StatusCode = StatusCodes.Status202Accepted;
    }

    private static async Task SayAsync(HttpContext context, string type, string? data)
    {
        await context.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(data is null ? "" : $"event: {type}\ndata: {data}\n\n"), context.RequestAborted);
        await context.Response.Body.FlushAsync(context.RequestAborted);
    }

    private static bool Knows(string session)
    {
        lock (Sessions)
            return Sessions.Contains(session);
    }

    /// <summary>Forgets all sessions, once.</summary>
    private static bool TryForget()
    {
        lock (Sessions)
        {
            if (_hasForgotten)
                return false;
            _hasForgotten = true;
            Sessions.Clear();
            return true;
        }
    }
}
