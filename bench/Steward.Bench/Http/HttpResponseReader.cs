using System.Buffers.Text;
using System.Globalization;

namespace Steward.Bench.Http;

/// <summary>
/// A minimal HTTP/1.1 response parser: Content-Length and chunked bodies, JSON and server-sent events. It owns the
/// receive buffer of one connection and allocates only while that buffer grows.
/// </summary>
internal sealed class HttpResponseReader
{
    private const int MinimumRoom = 32 * 1024;

    private byte[] _in = new byte[64 * 1024];
    private int _start;
    private int _end;
    private byte[] _body = [];
    private int _bodyEnd;
    private readonly EventStreamReader _events = new();

    private Phase _phase;
    private int _remaining;
    private bool _isEventStream;

    private enum Phase
    {
        Head,
        FixedBody,
        ChunkHead,
        Chunk,
        ChunkEnd,
        LastChunkEnd,
    }

    /// <summary>The status of the response being read, or of the last one.</summary>
    internal int Status { get; private set; }

    /// <summary>The Mcp-Session-Id header of the last response that had one.</summary>
    internal byte[]? SessionId { get; private set; }

    /// <summary>Where received bytes go; tell <see cref="Received"/> how many came.</summary>
    internal Span<byte> Room()
    {
        if (_start == _end)
            _start = _end = 0;
        if (_in.Length - _end < MinimumRoom)
        {
            var kept = _end - _start;
            var target = _in.Length - kept < MinimumRoom ? new byte[_in.Length * 2] : _in;
            Buffer.BlockCopy(_in, _start, target, 0, kept);
            (_in, _start, _end) = (target, 0, kept);
        }

        return _in.AsSpan(_end);
    }

    internal void Received(int count, IResponseSink sink)
    {
        _end += count;
        while (Step(sink))
        {
        }
    }

    private bool Step(IResponseSink sink) => _phase switch
    {
        Phase.Head => ReadHead(sink),
        Phase.FixedBody => ReadFixedBody(sink),
        Phase.ChunkHead => ReadChunkHead(),
        Phase.Chunk => ReadChunk(sink),
        Phase.ChunkEnd => SkipLineEnd(Phase.ChunkHead),
        _ => SkipLineEnd(Phase.Head) && EndChunked(sink),
    };

    private bool ReadHead(IResponseSink sink)
    {
        var available = _in.AsSpan(_start, _end - _start);
        var length = available.IndexOf("\r\n\r\n"u8);
        if (length < 0)
            return false;
        var head = available[..(length + 2)];
        _start += length + 4;
        Status = head.Length > 12 && Utf8Parser.TryParse(head[9..12], out int status, out _) ? status : 0;
        var (contentLength, isChunked) = ReadHeaders(head);

        if (isChunked)
        {
            _bodyEnd = 0;
            _phase = Phase.ChunkHead;
        }
        else if (contentLength > 0)
        {
            _remaining = contentLength;
            _phase = Phase.FixedBody;
        }
        else if (contentLength == 0 || Status == 204 || Status < 200)
        {
            sink.OnEnd(Status);
        }
        else
        {
            throw new BenchException($"A response (status {Status}) says neither its length nor that it is chunked.");
        }

        return true;
    }

    private (int ContentLength, bool IsChunked) ReadHeaders(ReadOnlySpan<byte> head)
    {
        var (contentLength, isChunked) = (-1, false);
        _isEventStream = false;
        while (head.IndexOf("\r\n"u8) is >= 0 and var end)
        {
            var line = head[..end];
            head = head[(end + 2)..];
            var colon = line.IndexOf((byte)':');
            if (colon < 0)
                continue;
            var value = line[(colon + 1)..].Trim((byte)' ');
            switch (colon)
            {
                case 14 when Is(line, "content-length"u8):
                    contentLength = Utf8Parser.TryParse(value, out int length, out _) ? length : -1;
                    break;
                case 17 when Is(line, "transfer-encoding"u8):
                    isChunked = true;
                    break;
                case 12 when Is(line, "content-type"u8):
                    _isEventStream = value.StartsWith("text/event-stream"u8);
                    break;
                case 14 when Is(line, "mcp-session-id"u8):
                    SessionId = value.ToArray();
                    break;
            }
        }

        return (contentLength, isChunked);
    }

    private static bool Is(ReadOnlySpan<byte> line, ReadOnlySpan<byte> name) =>
        System.Text.Ascii.EqualsIgnoreCase(line[..name.Length], name);

    private bool ReadFixedBody(IResponseSink sink)
    {
        if (_end - _start < _remaining)
            return false;
        var body = _in.AsSpan(_start, _remaining);
        _start += _remaining;
        _phase = Phase.Head;
        if (_isEventStream)
            _events.Append(body, sink);
        else
            sink.OnMessage(default, body);
        _events.Clear();
        sink.OnEnd(Status);
        return true;
    }

    private bool ReadChunkHead()
    {
        var available = _in.AsSpan(_start, _end - _start);
        var end = available.IndexOf("\r\n"u8);
        if (end < 0)
            return false;
        if (!Utf8Parser.TryParse(available[..end], out _remaining, out _, 'x'))
            throw new BenchException(string.Create(CultureInfo.InvariantCulture, $"A chunk has no length (status {Status})."));
        _start += end + 2;
        _phase = _remaining == 0 ? Phase.LastChunkEnd : Phase.Chunk;
        return true;
    }

    private bool ReadChunk(IResponseSink sink)
    {
        var count = Math.Min(_remaining, _end - _start);
        if (count == 0)
            return false;
        var piece = _in.AsSpan(_start, count);
        _start += count;
        _remaining -= count;
        if (_remaining == 0)
            _phase = Phase.ChunkEnd;
        if (_isEventStream)
            _events.Append(piece, sink);
        else
            Keep(piece);
        return true;
    }

    private void Keep(ReadOnlySpan<byte> piece)
    {
        if (_body.Length - _bodyEnd < piece.Length)
            Array.Resize(ref _body, Math.Max(_body.Length * 2, _bodyEnd + piece.Length));
        piece.CopyTo(_body.AsSpan(_bodyEnd));
        _bodyEnd += piece.Length;
    }

    private bool SkipLineEnd(Phase next)
    {
        if (_end - _start < 2)
            return false;
        _start += 2;
        _phase = next;
        return true;
    }

    private bool EndChunked(IResponseSink sink)
    {
        if (!_isEventStream)
            sink.OnMessage(default, _body.AsSpan(0, _bodyEnd));
        _events.Clear();
        sink.OnEnd(Status);
        return true;
    }
}
