using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Xunit;

namespace Steward.Tests.Gateway;

/// <summary>A client of the modern era that shows everything that happens on the wire.</summary>
internal sealed class ModernRigClient(Uri url, string capabilities = "{}", string? token = null) : IDisposable
{
    public const string Revision = "2026-07-28";

    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false, UseCookies = false, RequestHeaderEncodingSelector = (_, _) => Encoding.UTF8 }) { Timeout = Timeout.InfiniteTimeSpan };
    private int _lastId;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    /// <summary>A request as this client writes it, its parameters without their braces.</summary>
    public string Message(string method, string parameters = "", string meta = "") => $$$"""
        {"jsonrpc":"2.0","id":{{{Interlocked.Increment(ref _lastId)}}},"method":"{{{method}}}","params":{"_meta":{"io.modelcontextprotocol/protocolVersion":"{{{Revision}}}",
        "io.modelcontextprotocol/clientInfo":{"name":"rig","version":"2"},"io.modelcontextprotocol/clientCapabilities":{{{capabilities}}}{{{(meta.Length > 0 ? "," + meta : "")}}}}{{{(parameters.Length > 0 ? "," + parameters : "")}}}}}
        """.ReplaceLineEndings("");

    /// <summary>Sends a message with the headers that belong to it; the response's headers have come when it returns.</summary>
    public Task<HttpResponseMessage> PostAsync(string body, Action<HttpRequestMessage>? change = null, CancellationToken? cancelled = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = new StringContent(body, Encoding.UTF8, new MediaTypeHeaderValue("application/json")) };
        request.Headers.Accept.ParseAdd("application/json, text/event-stream");
        request.Headers.Add("MCP-Protocol-Version", Revision);
        if (token is not null)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        if (JsonNode.Parse(body) is JsonObject message && message["method"] is { } method)
        {
            request.Headers.Add("Mcp-Method", (string?)method);
            if (message["params"] is JsonObject parameters && (string?)(parameters["name"] ?? parameters["uri"]) is { } name)
                request.Headers.TryAddWithoutValidation("Mcp-Name", name);
        }

        change?.Invoke(request);
        return _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancelled ?? Cancelled);
    }

    public Task<HttpResponseMessage> SendAsync(HttpMethod method, string revision = Revision)
    {
        var request = new HttpRequestMessage(method, url);
        request.Headers.Accept.ParseAdd("text/event-stream");
        request.Headers.Add("MCP-Protocol-Version", revision);
        return _http.SendAsync(request, Cancelled);
    }

    /// <summary>Makes a request whose answer comes as JSON, and well.</summary>
    public async Task<JsonNode> CallAsync(string method, string parameters = "", string meta = "")
    {
        using var response = await PostAsync(Message(method, parameters, meta));
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("application/json", response.Content.Headers.ContentType?.MediaType);
        return await RigClient.JsonAsync(response);
    }

    public Task<JsonNode> CallToolAsync(string tool, string arguments = "{}") => CallAsync("tools/call", $$"""
        "name":"{{tool}}","arguments":{{arguments}}
        """);

    /// <summary>Makes a request whose answer comes by a stream.</summary>
    public async Task<SseReader> StreamAsync(string method, string parameters = "", string meta = "")
    {
        var response = await PostAsync(Message(method, parameters, meta));
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return await SseReader.OpenAsync(response);
    }

    public void Dispose() => _http.Dispose();
}
