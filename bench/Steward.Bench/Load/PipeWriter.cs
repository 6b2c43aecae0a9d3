using Steward.Bench.Http;
using Steward.Bench.Native;

namespace Steward.Bench.Load;

/// <summary>The standard input of a child: calls of all slots, pipelined.</summary>
internal sealed class PipeWriter : LoadLink
{
    private readonly RequestTemplate _request;
    private readonly CallBoard _board;
    private readonly int _firstSlot;
    private readonly int _slots;
    private byte[] _out = new byte[64 * 1024];
    private int _sent;
    private int _length;

    internal PipeWriter(int descriptor, RequestTemplate request, CallBoard board, int firstSlot, int slots)
    {
        Descriptor = descriptor;
        (_request, _board, _firstSlot, _slots) = (request, board, firstSlot, slots);
    }

    internal override int Descriptor { get; }

    internal override short Events => _sent < _length ? Libc.PollOut : (short)0;

    internal override void Start()
    {
        for (var i = 0; i < _slots; i++)
            Call(_firstSlot + i);
        Flush();
    }

    /// <summary>Queues the next call of a slot; <see cref="Flush"/> sends what is queued.</summary>
    internal void Call(int slot)
    {
        _request.SetId(_board.Begin(slot));
        if (_out.Length - _length < _request.Bytes.Length)
            Array.Resize(ref _out, Math.Max(_out.Length * 2, _length + _request.Bytes.Length));
        _request.Bytes.CopyTo(_out.AsSpan(_length));
        _length += _request.Bytes.Length;
    }

    internal void Flush()
    {
        if (_sent == _length)
            return;
        var written = Libc.Write(Descriptor, _out.AsSpan(_sent, _length - _sent));
        if (written <= 0)
            return;
        _sent += written;
        if (_sent < _length && _sent < _out.Length / 2)
            return;
        _out.AsSpan(_sent, _length - _sent).CopyTo(_out);
        (_sent, _length) = (0, _length - _sent);
    }

    internal override void OnReady(short events) => Flush();
}
