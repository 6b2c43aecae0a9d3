using System.Text;
using Steward.Bench.Http;
using Steward.Bench.Load;

namespace Steward.Bench.Sessions;

/// <summary>A session over HTTP+SSE (2024-11-05): requests are POSTed, answers come on one event stream.</summary>
internal sealed class LegacySseSession : McpSession, IResponseSink
{
    private readonly Uri _endpoint;
    private readonly HttpConnection _stream;
    private readonly SessionConnection _connection;
    private readonly Queue<(string Name, byte[] Data)> _events = new();
    private readonly List<HttpConnection> _callers = [];
    private readonly string _messagesPath;

    internal LegacySseSession(Uri endpoint)
        : base(isMirror: false)
    {
        _endpoint = endpoint;
        _stream = new HttpConnection(endpoint);
        _stream.Send(Encoding.ASCII.GetBytes($"GET {endpoint.PathAndQuery} HTTP/1.1\r\nHost: {endpoint.Authority}\r\nAccept: text/event-stream\r\n\r\n"));
        _messagesPath = Encoding.UTF8.GetString(NextEvent(e => e.Name == "endpoint").Data);
        _connection = new SessionConnection(endpoint);
        Request("initialize", InitializeParams);
        Post(FormatNotification("notifications/initialized"));
    }

    public override void Dispose() => Abandon();

    void IResponseSink.OnMessage(ReadOnlySpan<byte> name, ReadOnlySpan<byte> data) => _events.Enqueue((Encoding.UTF8.GetString(name), data.ToArray()));

    void IResponseSink.OnEnd(int status) => throw new BenchException($"The event stream of a session ended (status {status}).");

    internal override void Abandon()
    {
        CloseLinks();
        _connection.Dispose();
        _stream.Dispose();
    }

    internal override IEnumerable<LoadLink> CreateLinks(CallBoard board, int firstSlot, int slots)
    {
        var callers = new Dictionary<int, HttpCaller>();
        var head = PostHead();
        var tool = EchoTool; // asks the server: before the stream belongs to the load loop
        for (var slot = firstSlot; slot < firstSlot + slots; slot++)
        {
            var connection = new HttpConnection(_endpoint);
            _callers.Add(connection);
            callers[slot] = new HttpCaller(connection, RequestTemplate.ForPost(head, tool, board.ArgumentLength), board, slot);
            yield return callers[slot];
        }

        yield return new EventStreamListener(_stream, board, callers);
    }

    internal override void CloseLinks()
    {
        foreach (var caller in _callers)
            caller.Dispose();
        _callers.Clear();
        _stream.IsBlocking = true;
    }

    protected override byte[] Exchange(string method, byte[] message, int id)
    {
        Post(message);
        return NextEvent(e => Answers(e.Data, id)).Data;
    }

    private void Post(byte[] message) =>
        _connection.Exchange($"{PostHead()}Content-Length: {message.Length}\r\n\r\n", message).RequireSuccess("A request");

    private string PostHead() => $"POST {_messagesPath} HTTP/1.1\r\nHost: {_endpoint.Authority}\r\nContent-Type: application/json\r\n";

    private (string Name, byte[] Data) NextEvent(Func<(string Name, byte[] Data), bool> isWanted)
    {
        while (true)
        {
            while (_events.TryDequeue(out var next))
            {
                if (isWanted(next))
                    return next;
            }

            _stream.Receive(this);
        }
    }
}
