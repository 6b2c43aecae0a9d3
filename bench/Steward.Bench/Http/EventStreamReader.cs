namespace Steward.Bench.Http;

/// <summary>Finds the events of a text/event-stream body that arrives in pieces.</summary>
internal sealed class EventStreamReader
{
    private byte[] _text = new byte[16 * 1024];
    private int _start;
    private int _scanned;
    private int _end;

    internal void Clear() => _start = _scanned = _end = 0;

    internal void Append(ReadOnlySpan<byte> piece, IResponseSink sink)
    {
        Keep(piece);
        while (_text.AsSpan(_scanned, _end - _scanned).IndexOf((byte)'\n') is >= 0 and var newline)
        {
            var at = _scanned + newline;
            _scanned = at + 1;
            if (!EndsEvent(at))
                continue;
            Emit(_text.AsSpan(_start, at - _start), sink);
            _start = _scanned;
        }

        _scanned = _end;
        if (_start == _end)
            Clear();
    }

    /// <summary>An event ends with an empty line.</summary>
    private bool EndsEvent(int newline)
    {
        var previous = newline - 1;
        if (previous >= _start && _text[previous] == '\r')
            previous--;
        return previous < _start || _text[previous] == '\n';
    }

    private static void Emit(ReadOnlySpan<byte> lines, IResponseSink sink)
    {
        ReadOnlySpan<byte> name = default;
        ReadOnlySpan<byte> data = default;
        while (!lines.IsEmpty)
        {
            var end = lines.IndexOf((byte)'\n');
            var line = (end < 0 ? lines : lines[..end]).TrimEnd((byte)'\r');
            lines = end < 0 ? default : lines[(end + 1)..];
            if (line.StartsWith("data:"u8))
                data = line[5..].TrimStart((byte)' ');
            else if (line.StartsWith("event:"u8))
                name = line[6..].TrimStart((byte)' ');
        }

        if (!data.IsEmpty)
            sink.OnMessage(name, data);
    }

    private void Keep(ReadOnlySpan<byte> piece)
    {
        if (_text.Length - _end < piece.Length && _start > 0)
        {
            _text.AsSpan(_start, _end - _start).CopyTo(_text);
            _end -= _start;
            _scanned -= _start;
            _start = 0;
        }

        if (_text.Length - _end < piece.Length)
            Array.Resize(ref _text, Math.Max(_text.Length * 2, _end + piece.Length));
        piece.CopyTo(_text.AsSpan(_end));
        _end += piece.Length;
    }
}
