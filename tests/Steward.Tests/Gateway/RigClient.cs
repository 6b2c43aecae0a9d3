using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Xunit;

namespace Steward.Tests.Gateway;

/// <summary>A client of Streamable HTTP that shows everything that happens on the wire.</summary>
internal sealed class RigClient : IDisposable
{
    private readonly HttpClient _http;
    private readonly Uri _url;
    private int _lastId;

    public RigClient(Uri url, string? token = null)
    {
        _url = url;
        _http = new HttpClient(new SocketsHttpHandler { UseProxy = false, UseCookies = false }) { Timeout = Timeout.InfiniteTimeSpan };
        if (token is not null)
            _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
    }

    public string? SessionId { get; set; }

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async Task<JsonNode> InitializeAsync(string revision = "2025-11-25", string capabilities = "{}")
    {
        using var response = await PostAsync(Opening(revision, capabilities));
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        SessionId = Assert.Single(response.Headers.GetValues("Mcp-Session-Id"));
        return await JsonAsync(response);
    }

    public static string Opening(string revision = "2025-11-25", string capabilities = "{}") =>
        $$$$"""{"jsonrpc":"2.0","id":"open","method":"initialize","params":{"protocolVersion":"{{{{revision}}}}","capabilities":{{{{capabilities}}}},"clientInfo":{"name":"rig","version":"1"}}}""";

    /// <summary>Sends a message; the response's headers have come when it returns.</summary>
    public Task<HttpResponseMessage> PostAsync(string body, Action<HttpRequestMessage>? change = null, CancellationToken? cancelled = null)
    {
        var request = Request(HttpMethod.Post);
        request.Content = new StringContent(body, Encoding.UTF8, new MediaTypeHeaderValue("application/json"));
        request.Headers.Accept.ParseAdd("application/json, text/event-stream");
        change?.Invoke(request);
        return _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancelled ?? Cancelled);
    }

    public Task<HttpResponseMessage> GetAsync(string? lastEventId = null, Action<HttpRequestMessage>? change = null, CancellationToken? cancelled = null)
    {
        var request = Request(HttpMethod.Get);
        request.Headers.Accept.ParseAdd("text/event-stream");
        if (lastEventId is not null)
            request.Headers.Add("Last-Event-ID", lastEventId);
        change?.Invoke(request);
        return _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancelled ?? Cancelled);
    }

    public Task<HttpResponseMessage> DeleteAsync() => _http.SendAsync(Request(HttpMethod.Delete), Cancelled);

    /// <summary>The stream of a GET; open once the first event of the gateway could be read.</summary>
    public async Task<SseReader> ListenAsync(string? lastEventId = null)
    {
        var response = await GetAsync(lastEventId);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return await SseReader.OpenAsync(response);
    }

    /// <summary>Makes a request whose answer comes as JSON.</summary>
    public async Task<JsonNode> CallAsync(string method, string parameters = "{}")
    {
        using var response = await PostAsync(Message(method, parameters));
        Assert.Equal("application/json", response.Content.Headers.ContentType?.MediaType);
        return await JsonAsync(response);
    }

    public Task<JsonNode> CallToolAsync(string tool, string arguments = "{}") => CallAsync("tools/call", $$"""{"name":"{{tool}}","arguments":{{arguments}}}""");

    public string Message(string method, string parameters) => $$"""{"jsonrpc":"2.0","id":{{Interlocked.Increment(ref _lastId)}},"method":"{{method}}","params":{{parameters}}}""";

    public static async Task<JsonNode> JsonAsync(HttpResponseMessage response) => JsonNode.Parse(await response.Content.ReadAsStringAsync(Cancelled))!;

    public void Dispose() => _http.Dispose();

    private HttpRequestMessage Request(HttpMethod method)
    {
        var request = new HttpRequestMessage(method, _url);
        if (SessionId is not null)
            request.Headers.Add("Mcp-Session-Id", SessionId);
        return request;
    }
}
