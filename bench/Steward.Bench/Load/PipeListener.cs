using Steward.Bench.Native;

namespace Steward.Bench.Load;

/// <summary>The standard output of a child: answers of all slots, in any order.</summary>
internal sealed class PipeListener : LoadLink
{
    private readonly CallBoard _board;
    private readonly PipeWriter _writer;
    private byte[] _in = new byte[256 * 1024];
    private int _start;
    private int _end;

    internal PipeListener(int descriptor, CallBoard board, PipeWriter writer)
    {
        Descriptor = descriptor;
        (_board, _writer) = (board, writer);
    }

    internal override int Descriptor { get; }

    internal override short Events => Libc.PollIn;

    internal override void OnReady(short events)
    {
        MakeRoom();
        var count = Libc.Read(Descriptor, _in.AsSpan(_end));
        if (count == 0)
            throw new BenchException("The upstream closed its output.");
        var scan = _end;
        _end += Math.Max(count, 0);
        while (_in.AsSpan(scan, _end - scan).IndexOf((byte)'\n') is >= 0 and var newline)
        {
            var next = scan + newline + 1;
            var slot = _board.End(_in.AsSpan(_start, next - 1 - _start));
            _start = scan = next;
            if (_board.IsIssuing)
                _writer.Call(slot);
        }

        _writer.Flush();
        if (_start == _end)
            _start = _end = 0;
    }

    private void MakeRoom()
    {
        if (_in.Length - _end >= 64 * 1024)
            return;
        var kept = _end - _start;
        var target = _in.Length - kept < 64 * 1024 ? new byte[_in.Length * 2] : _in;
        Buffer.BlockCopy(_in, _start, target, 0, kept);
        (_in, _start, _end) = (target, 0, kept);
    }
}
