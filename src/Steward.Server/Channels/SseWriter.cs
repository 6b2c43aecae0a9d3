using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Steward.Gateway;

namespace Steward.Server.Channels;

/// <summary>Writes a stream of events on which several may write.</summary>
internal sealed class SseWriter : IDisposable
{
    // As much is written between two looks at whether the client still reads.
    private const int FlushBytes = 64 * 1024;

    private readonly HttpContext _context;
    private readonly PipeWriter _writer;
    private readonly SemaphoreSlim _turn = new(1);

    public SseWriter(HttpContext context)
    {
        (_context, _writer) = (context, context.Response.BodyWriter);
        context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
    }

    public void Dispose() => _turn.Dispose();

    /// <summary>Writes one event whose data is one line.</summary>
    /// <exception cref="OperationCanceledException">The client is gone.</exception>
    public async Task WriteAsync(string name, string data)
    {
        await _turn.WaitAsync(_context.RequestAborted);
        try
        {
            _writer.Write(Encoding.UTF8.GetBytes($"event: {name}\ndata: {data}\n\n"));
            await _writer.FlushAsync(_context.RequestAborted);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Writes what is for the client until nothing more follows, or the client does not read any more.</summary>
    /// <exception cref="OperationCanceledException">The client is gone.</exception>
    public async Task PumpAsync(EventStream outbound, CancellationToken aborted)
    {
        if (!outbound.TryAttach(after: null, out var reader))
            return;
        while (await outbound.WaitAsync(reader, aborted) is var signal && signal is StreamSignal.Events or StreamSignal.KeepAlive)
        {
            await _turn.WaitAsync(aborted);
            try
            {
                if (signal == StreamSignal.KeepAlive)
                    _writer.Write(": keep-alive\n\n"u8);
                else
                    WriteMessages(outbound, reader);
                if (!await FlushAsync(outbound, aborted))
                    return;
            }
            finally
            {
                _turn.Release();
            }
        }

        if (outbound.Overflowed.IsCompleted)
            _context.Abort();
    }

    private void WriteMessages(EventStream outbound, int reader)
    {
        while (_writer.UnflushedBytes < FlushBytes && outbound.TryTake(reader, out var frame))
        {
            _writer.Write("event: message\ndata: "u8);
            _writer.Write(frame.Span);
            _writer.Write("\n\n"u8);
            frame.Return();
        }
    }

    private static bool IsRead(FlushResult flushed) => !flushed.IsCompleted && !flushed.IsCanceled;

    /// <returns>Whether the client still reads; it is cut off when it falls too far behind.</returns>
    private async ValueTask<bool> FlushAsync(EventStream outbound, CancellationToken aborted)
    {
        var flush = _writer.FlushAsync(aborted);
        if (flush.IsCompleted)
            return IsRead(await flush);
        var waiting = flush.AsTask();
        if (await Task.WhenAny(waiting, outbound.Overflowed) == waiting)
            return IsRead(await waiting);
        _context.Abort();
        return false;
    }
}
