using System.Text;
using Steward.Bench.Http;
using Steward.Bench.Load;

namespace Steward.Bench.Sessions;

/// <summary>A session over Streamable HTTP.</summary>
internal sealed class StreamableHttpSession : McpSession
{
    private readonly Uri _endpoint;
    private readonly SessionConnection _connection;
    private readonly List<HttpConnection> _callers = [];
    private HttpConnection? _listening;
    private readonly string _headers;

    /// <summary>Opens the session.</summary>
    /// <param name="endpoint">Where to POST.</param>
    /// <param name="isMirror">True for the empty HTTP servers, which answer each request with itself.</param>
    internal StreamableHttpSession(Uri endpoint, bool isMirror = false)
        : base(isMirror)
    {
        _endpoint = endpoint;
        _connection = new SessionConnection(endpoint);
        _headers = $"Host: {endpoint.Authority}\r\n";
        Request("initialize", InitializeParams);
        if (_connection.SessionId is { } id)
            _headers += $"Mcp-Session-Id: {Encoding.ASCII.GetString(id)}\r\n";
        _headers += $"MCP-Protocol-Version: {ProtocolVersion}\r\n";
        Post(FormatNotification("notifications/initialized")).RequireSuccess("notifications/initialized");
    }

    public override void Dispose()
    {
        _connection.Exchange($"DELETE {_endpoint.PathAndQuery} HTTP/1.1\r\n{_headers}\r\n", default);
        Abandon();
    }

    /// <summary>Opens the stream for messages of the server, as SDK clients do, and does not wait for anything on it.</summary>
    internal void Listen()
    {
        _listening = new HttpConnection(_endpoint);
        _listening.Send(Encoding.ASCII.GetBytes($"GET {_endpoint.PathAndQuery} HTTP/1.1\r\n{_headers}Accept: text/event-stream\r\n\r\n"));
    }

    internal override void Abandon()
    {
        CloseLinks();
        _listening?.Dispose();
        _connection.Dispose();
    }

    internal override IEnumerable<LoadLink> CreateLinks(CallBoard board, int firstSlot, int slots)
    {
        for (var i = 0; i < slots; i++)
        {
            var connection = new HttpConnection(_endpoint);
            _callers.Add(connection);
            yield return new HttpCaller(connection, RequestTemplate.ForPost(PostHead(), EchoTool, board.ArgumentLength), board, firstSlot + i);
        }
    }

    internal override void CloseLinks()
    {
        foreach (var caller in _callers)
            caller.Dispose();
        _callers.Clear();
    }

    protected override byte[] Exchange(string method, byte[] message, int id)
    {
        var exchange = Post(message);
        exchange.RequireSuccess("A request");
        return exchange.Messages.Find(answer => Answers(answer, id)) ?? throw new BenchException("A request was not answered.");
    }

    private HttpExchange Post(byte[] message) =>
        _connection.Exchange($"{PostHead()}Content-Length: {message.Length}\r\n\r\n", message);

    private string PostHead() =>
        $"POST {_endpoint.PathAndQuery} HTTP/1.1\r\n{_headers}Content-Type: application/json\r\nAccept: application/json, text/event-stream\r\n";
}
