using System.Net.Http.Headers;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Steward.EndToEnd.Clients;

/// <summary>
/// A Streamable HTTP client without any library between the test and the wire: it shows every message of a stream in the
/// order in which it came, which the clients of the SDKs do not.
/// </summary>
internal sealed class McpHttpClient : IDisposable
{
    private readonly Uri _endpoint;
    private readonly HttpClient _http = new(new SocketsHttpHandler { MaxConnectionsPerServer = 256 }) { Timeout = Timeout.InfiniteTimeSpan };
    private int _lastId;

    public McpHttpClient(Uri endpoint) => _endpoint = endpoint;

    public string? SessionId { get; set; }

    public string Revision { get; set; } = "2025-11-25";

    /// <summary>Answers requests of the server by method; without an answer they are refused.</summary>
    public Dictionary<string, Func<Task<JsonNode>>> Answers { get; } = [];

    public static async Task<McpHttpClient> ConnectAsync(Uri endpoint, string name, CancellationToken cancellationToken, JsonObject? capabilities = null)
    {
        var client = new McpHttpClient(endpoint);
        await client.InitializeAsync(name, capabilities ?? [], cancellationToken);
        return client;
    }

    public async Task<McpReply> InitializeAsync(string name, JsonObject capabilities, CancellationToken cancellationToken)
    {
        var reply = await RequestAsync("initialize", new JsonObject
        {
            ["protocolVersion"] = Revision,
            ["capabilities"] = capabilities,
            ["clientInfo"] = new JsonObject { ["name"] = name, ["version"] = "1.0.0" },
        }, cancellationToken);
        Revision = reply.Result.GetProperty("protocolVersion").GetString()!;
        await NotifyAsync("notifications/initialized", null, cancellationToken);
        return reply;
    }

    public Task<McpReply> CallAsync(string tool, JsonObject? arguments, CancellationToken cancellationToken, string? progressToken = null) =>
        RequestAsync("tools/call", Json.Call(tool, arguments, progressToken), cancellationToken);

    public async Task<McpReply> RequestAsync(string method, JsonObject? parameters, CancellationToken cancellationToken)
    {
        var id = Interlocked.Increment(ref _lastId);
        var message = new JsonObject { ["jsonrpc"] = "2.0", ["id"] = id, ["method"] = method };
        if (parameters is not null)
            message["params"] = parameters;

        using var response = await SendAsync(Post(message.ToJsonString()), cancellationToken);
        if (method == "initialize" && response.Headers.TryGetValues("Mcp-Session-Id", out var ids))
            SessionId = ids.Single();

        var before = new List<JsonElement>();
        await foreach (var received in MessagesAsync(response, cancellationToken))
        {
            if (received.TryGetProperty("id", out var answered) && !received.IsRequest() && answered.ValueKind == JsonValueKind.Number && answered.GetInt32() == id)
                return new(received, before);
            before.Add(received);
            if (received.IsRequest())
                await AnswerAsync(received, cancellationToken);
        }

        throw new InvalidOperationException($"{method}: the stream ended without an answer ({(int)response.StatusCode})");
    }

    public async Task NotifyAsync(string method, JsonObject? parameters, CancellationToken cancellationToken)
    {
        var message = new JsonObject { ["jsonrpc"] = "2.0", ["method"] = method };
        if (parameters is not null)
            message["params"] = parameters;
        using var response = await SendAsync(Post(message.ToJsonString()), cancellationToken);
        response.EnsureSuccessStatusCode();
    }

    /// <summary>Opens the stream for messages that belong to no request, and shows them as they come.</summary>
    public async IAsyncEnumerable<JsonElement> ListenAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var request = Request(HttpMethod.Get);
        request.Headers.Accept.ParseAdd("text/event-stream");
        using var response = await SendAsync(request, cancellationToken);
        response.EnsureSuccessStatusCode();
        await foreach (var message in MessagesAsync(response, cancellationToken))
        {
            yield return message;
            if (message.IsRequest())
                await AnswerAsync(message, cancellationToken);
        }
    }

    public Task<HttpResponseMessage> EndSessionAsync(CancellationToken cancellationToken) => SendAsync(Request(HttpMethod.Delete), cancellationToken);

    /// <summary>A POST with everything that a client has to send; for tests to spoil.</summary>
    public HttpRequestMessage Post(string body)
    {
        var request = Request(HttpMethod.Post);
        request.Headers.Accept.ParseAdd("application/json");
        request.Headers.Accept.ParseAdd("text/event-stream");
        request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body)) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
        return request;
    }

    public Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
        _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);

    public void Dispose() => _http.Dispose();

    public HttpRequestMessage Request(HttpMethod method)
    {
        var request = new HttpRequestMessage(method, _endpoint);
        if (SessionId is not null)
        {
            request.Headers.Add("Mcp-Session-Id", SessionId);
            request.Headers.Add("MCP-Protocol-Version", Revision);
        }

        return request;
    }

    private async Task AnswerAsync(JsonElement request, CancellationToken cancellationToken)
    {
        var answer = new JsonObject { ["jsonrpc"] = "2.0", ["id"] = JsonNode.Parse(request.GetProperty("id").GetRawText()) };
        if (Answers.TryGetValue(request.GetProperty("method").GetString()!, out var think))
            answer["result"] = (await think()).DeepClone();
        else
            answer["error"] = new JsonObject { ["code"] = -32601, ["message"] = "Method not found" };
        using var response = await SendAsync(Post(answer.ToJsonString()), cancellationToken);
        response.EnsureSuccessStatusCode();
    }

    private static async IAsyncEnumerable<JsonElement> MessagesAsync(HttpResponseMessage response, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
        if (response.Content.Headers.ContentType?.MediaType != "text/event-stream")
        {
            using var document = await JsonDocument.ParseAsync(body, cancellationToken: cancellationToken);
            yield return document.RootElement.Clone();
            yield break;
        }

        await foreach (var item in SseParser.Create(body, (_, data) => Encoding.UTF8.GetString(data)).EnumerateAsync(cancellationToken))
        {
            if (item.Data.Length > 0) // an event without data only carries an id or a delay
                yield return JsonElement.Parse(item.Data);
        }
    }
}
