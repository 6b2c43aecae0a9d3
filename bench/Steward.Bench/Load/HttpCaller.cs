using Steward.Bench.Http;
using Steward.Bench.Native;

namespace Steward.Bench.Load;

/// <summary>One slot on one connection: POSTs a call and waits for the response and for the answer in it.</summary>
internal sealed class HttpCaller : LoadLink, IResponseSink
{
    private readonly HttpConnection _connection;
    private readonly RequestTemplate _request;
    private readonly CallBoard _board;
    private readonly int _slot;
    private int _sent;
    private bool _isAnswered;
    private bool _hasEnded;

    internal HttpCaller(HttpConnection connection, RequestTemplate request, CallBoard board, int slot)
    {
        (_connection, _request, _board, _slot) = (connection, request, board, slot);
        connection.IsBlocking = false;
        Descriptor = connection.Descriptor;
        _sent = request.Bytes.Length;
    }

    internal override int Descriptor { get; }

    internal override short Events => _sent < _request.Bytes.Length ? Libc.PollOut : Libc.PollIn;

    public void OnMessage(ReadOnlySpan<byte> name, ReadOnlySpan<byte> data)
    {
        if (!CallBoard.IsAnswer(data))
            return; // "Accepted" of the older transport, or a notification
        _board.End(data);
        OnAnswer();
    }

    public void OnEnd(int status)
    {
        if (status is < 200 or > 299)
            throw new BenchException($"A call was answered with status {status}.");
        _hasEnded = true;
        TryNext();
    }

    /// <summary>The answer has come, here or on the event stream of the session.</summary>
    internal void OnAnswer()
    {
        _isAnswered = true;
        TryNext();
    }

    internal override void Start()
    {
        (_isAnswered, _hasEnded) = (false, false);
        _request.SetId(_board.Begin(_slot));
        _sent = 0;
        Flush();
    }

    internal override void OnReady(short events)
    {
        if (_sent < _request.Bytes.Length)
        {
            Flush();
            return;
        }

        var reader = _connection.Reader;
        var count = Libc.Read(Descriptor, reader.Room());
        if (count == 0)
            throw new BenchException("The server closed a connection with a call in flight.");
        if (count > 0)
            reader.Received(count, this);
    }

    private void TryNext()
    {
        if (_isAnswered && _hasEnded && _board.IsIssuing)
            Start();
    }

    private void Flush()
    {
        var written = Libc.Write(Descriptor, _request.Bytes.AsSpan(_sent));
        if (written > 0)
            _sent += written;
    }
}
