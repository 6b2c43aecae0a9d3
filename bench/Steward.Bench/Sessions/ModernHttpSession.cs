using Steward.Bench.Http;
using Steward.Bench.Load;

namespace Steward.Bench.Sessions;

/// <summary>Calls of a client of the modern era: no handshake, everything with each request.</summary>
internal sealed class ModernHttpSession : McpSession
{
    private const string Revision = "2026-07-28";

    private const string Meta =
        $$$""","_meta":{"io.modelcontextprotocol/protocolVersion":"{{{Revision}}}","io.modelcontextprotocol/clientInfo":{"name":"steward-bench","version":"1.0.0"},"io.modelcontextprotocol/clientCapabilities":{}}""";

    private readonly Uri _endpoint;
    private readonly SessionConnection _connection;
    private readonly List<HttpConnection> _callers = [];

    internal ModernHttpSession(Uri endpoint)
        : base(isMirror: false)
    {
        _endpoint = endpoint;
        _connection = new SessionConnection(endpoint);
        Request("server/discover", "{}");
    }

    public override void Dispose() => Abandon();

    internal override void Abandon()
    {
        CloseLinks();
        _connection.Dispose();
    }

    internal override IEnumerable<LoadLink> CreateLinks(CallBoard board, int firstSlot, int slots)
    {
        for (var i = 0; i < slots; i++)
        {
            var connection = new HttpConnection(_endpoint);
            _callers.Add(connection);
            yield return new HttpCaller(connection, RequestTemplate.ForPost(PostHead("tools/call", EchoTool), EchoTool, board.ArgumentLength, Meta), board, firstSlot + i);
        }
    }

    internal override void CloseLinks()
    {
        foreach (var caller in _callers)
            caller.Dispose();
        _callers.Clear();
    }

    protected override string Complete(string parameters) =>
        parameters == "{}" ? $"{{{Meta[1..]}}}" : $"{parameters[..^1]}{Meta}}}";

    protected override byte[] Exchange(string method, byte[] message, int id)
    {
        var head = PostHead(method, method == "tools/call" ? EchoTool : null);
        var exchange = _connection.Exchange($"{head}Content-Length: {message.Length}\r\n\r\n", message);
        exchange.RequireSuccess("A request");
        return exchange.Messages.Find(answer => Answers(answer, id)) ?? throw new BenchException("A request was not answered.");
    }

    private string PostHead(string method, string? name) =>
        $"POST {_endpoint.PathAndQuery} HTTP/1.1\r\nHost: {_endpoint.Authority}\r\nMCP-Protocol-Version: {Revision}\r\nMcp-Method: {method}\r\n"
        + (name is null ? "" : $"Mcp-Name: {name}\r\n")
        + "Content-Type: application/json\r\nAccept: application/json, text/event-stream\r\n";
}
