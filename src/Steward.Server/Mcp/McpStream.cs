using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Steward.Gateway;
using Steward.Upstreams;

namespace Steward.Server.Mcp;

/// <summary>Writes event streams to clients.</summary>
internal static class McpStream
{
    // As much is written between two looks at whether the client still reads.
    private const int FlushBytes = 64 * 1024;

    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    /// <summary>Says that a stream of events follows.</summary>
    public static void Begin(HttpContext context)
    {
        var response = context.Response;
        response.ContentType = "text/event-stream";
        response.Headers.CacheControl = "no-cache, no-transform";
        response.Headers["X-Accel-Buffering"] = "no"; // proxies that buffer would hold events back
    }

    /// <summary>Serves the stream of a request, from its beginning.</summary>
    public static Task ServeExchangeAsync(HttpContext context, Session session, Exchange exchange) => ServeAsync(context, session, exchange.Stream!, after: 0);

    /// <summary>Serves a stream of the modern era, which nobody can come back to: with its reader its memory goes.</summary>
    public static async Task ServeModernAsync(HttpContext context, EventStream stream)
    {
        if (stream.TryAttach(after: 0, out var reader))
            await ServeAsync(context, stream, reader, isPrimed: false);
        else
            context.Abort(); // too much came before the client could read
        stream.Discard();
    }

    /// <summary>Serves a GET: the session's general stream, or one that broke, from the event after the last one seen.</summary>
    public static Task ServeGetAsync(HttpContext context, Session session)
    {
        session.Touch();
        var lastEventId = context.Request.Headers[McpHeaders.LastEventId].ToString();
        if (lastEventId.Length == 0)
            return ServeAsync(context, session, session.General, after: null);
        if (TryParse(lastEventId, out var number, out var after) && session.FindStream(number) is { } stream)
            return ServeAsync(context, session, stream, after);
        return McpErrors.WriteAsync(context, StatusCodes.Status400BadRequest, McpErrors.InvalidRequest,
            $"{McpHeaders.LastEventId} '{lastEventId}' names a stream that is not kept any more; call again, or GET without it.");
    }

    /// <summary>Writes a stream until it ends, breaks or is taken over.</summary>
    public static async Task PumpAsync(HttpContext context, EventStream stream, int reader)
    {
        var writer = context.Response.BodyWriter;
        while (true)
        {
            var signal = await stream.WaitAsync(reader, context.RequestAborted);
            switch (signal)
            {
                case StreamSignal.Events:
                    while (stream.TryWriteNext(reader, writer) && writer.UnflushedBytes < FlushBytes)
                    {
                        // One flush for what is there.
                    }

                    break;
                case StreamSignal.KeepAlive:
                    writer.Write(": keep-alive\n\n"u8);
                    break;
                case StreamSignal.Overflowed:
                    context.Abort();
                    return;
                default:
                    return;
            }

            var flush = FlushAsync(writer, context.RequestAborted);
            if (flush.IsCompleted)
            {
                if (!await flush)
                    return;
                continue;
            }

            var waiting = flush.AsTask();
            if (!await EndsInTimeAsync(context, stream, waiting) || !await waiting)
                return;
        }
    }

    private static async Task ServeAsync(HttpContext context, Session session, EventStream stream, long? after)
    {
        if (!stream.TryAttach(after, out var reader))
        {
            await McpErrors.WriteAsync(context, StatusCodes.Status400BadRequest, McpErrors.InvalidRequest,
                $"{McpHeaders.LastEventId}: some of the events after it are not kept any more; call again, or GET without it.");
            return;
        }

        // Clients of older revisions do not expect an event without data.
        var isPrimed = ProtocolRevisions.IsAtLeast(session.Opening.Revision, "2025-11-25");
        // The client may come back with Last-Event-ID: what comes for it is kept for a while.
        await ServeAsync(context, stream, reader, isPrimed);
    }

    private static async Task ServeAsync(HttpContext context, EventStream stream, int reader, bool isPrimed)
    {
        Begin(context);
        context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        if (isPrimed)
            stream.WritePriming(context.Response.BodyWriter, RetryAfter);
        try
        {
            if (await FlushAsync(context.Response.BodyWriter, context.RequestAborted))
                await PumpAsync(context, stream, reader);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The client is gone.
        }
        finally
        {
            stream.Release(reader);
        }
    }

    /// <summary>Waits for a client that does not keep up, and breaks its connection when it falls too far behind.</summary>
    private static async Task<bool> EndsInTimeAsync(HttpContext context, EventStream stream, Task flushing)
    {
        if (await Task.WhenAny(flushing, stream.Overflowed) == flushing)
            return true;
        context.Abort();
        return false;
    }

    private static async ValueTask<bool> FlushAsync(PipeWriter writer, CancellationToken aborted)
    {
        var flushed = await writer.FlushAsync(aborted);
        return !flushed.IsCompleted && !flushed.IsCanceled;
    }

    private static bool TryParse(string lastEventId, out int stream, out long sequence)
    {
        sequence = 0;
        var separator = lastEventId.IndexOf('_', StringComparison.Ordinal);
        return int.TryParse(lastEventId.AsSpan(0, Math.Max(0, separator)), out stream) && long.TryParse(lastEventId.AsSpan(separator + 1), out sequence);
    }
}
