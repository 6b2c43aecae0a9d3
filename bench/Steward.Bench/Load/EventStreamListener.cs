using Steward.Bench.Http;
using Steward.Bench.Native;

namespace Steward.Bench.Load;

/// <summary>The event stream of the older HTTP+SSE transport: answers come here, for all callers of one session.</summary>
internal sealed class EventStreamListener : LoadLink, IResponseSink
{
    private readonly HttpConnection _stream;
    private readonly CallBoard _board;
    private readonly IReadOnlyDictionary<int, HttpCaller> _callers;

    internal EventStreamListener(HttpConnection stream, CallBoard board, IReadOnlyDictionary<int, HttpCaller> callers)
    {
        (_stream, _board, _callers) = (stream, board, callers);
        stream.IsBlocking = false;
        Descriptor = stream.Descriptor;
    }

    internal override int Descriptor { get; }

    internal override short Events => Libc.PollIn;

    public void OnMessage(ReadOnlySpan<byte> name, ReadOnlySpan<byte> data)
    {
        if (CallBoard.IsAnswer(data))
            _callers[_board.End(data)].OnAnswer();
    }

    public void OnEnd(int status) => throw new BenchException($"The event stream of a session ended (status {status}).");

    internal override void OnReady(short events)
    {
        var count = Libc.Read(Descriptor, _stream.Reader.Room());
        if (count == 0)
            throw new BenchException("The event stream of a session was closed.");
        if (count > 0)
            _stream.Reader.Received(count, this);
    }
}
