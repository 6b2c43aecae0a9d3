using System.Net.Http.Headers;
using System.Net.ServerSentEvents;
using System.Text;
using System.Text.Json.Nodes;

namespace Steward.Bench.Soak;

/// <summary>A client of either era with sockets of its own, which can be gone from one moment to the next.</summary>
internal sealed class SoakSession(Uri endpoint, bool isModern) : IDisposable
{
    private const string Modern = "2026-07-28";
    private const string Legacy = "2025-11-25";

    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false, UseCookies = false }) { Timeout = Timeout.InfiniteTimeSpan };
    private string? _session;
    private int _lastId;

    /// <summary>Closes the sockets, and says nothing.</summary>
    public void Dispose() => _http.Dispose();

    /// <summary>Shakes hands, where the era has that.</summary>
    internal async Task OpenAsync(CancellationToken cancellationToken)
    {
        if (isModern)
            return;
        await RequestAsync("initialize", new JsonObject
        {
            ["protocolVersion"] = Legacy,
            ["capabilities"] = new JsonObject(),
            ["clientInfo"] = new JsonObject { ["name"] = "soak", ["version"] = "1" },
        }, cancellationToken);
        using var response = await PostAsync(new JsonObject { ["jsonrpc"] = "2.0", ["method"] = "notifications/initialized" }, "notifications/initialized", null, cancellationToken);
        response.EnsureSuccessStatusCode();
    }

    /// <summary>Calls a tool.</summary>
    /// <returns>The whole answer, an error included.</returns>
    internal Task<JsonObject> CallAsync(string tool, JsonObject arguments, CancellationToken cancellationToken) =>
        RequestAsync("tools/call", new JsonObject { ["name"] = tool, ["arguments"] = arguments }, cancellationToken);

    /// <summary>Ends the session as a polite client does.</summary>
    internal async Task EndAsync(CancellationToken cancellationToken)
    {
        if (_session is null)
            return;
        using var request = new HttpRequestMessage(HttpMethod.Delete, endpoint);
        request.Headers.Add("Mcp-Session-Id", _session);
        using var response = await _http.SendAsync(request, cancellationToken);
        response.EnsureSuccessStatusCode();
    }

    private async Task<JsonObject> RequestAsync(string method, JsonObject parameters, CancellationToken cancellationToken)
    {
        var id = Interlocked.Increment(ref _lastId);
        if (isModern)
        {
            parameters["_meta"] = new JsonObject
            {
                ["io.modelcontextprotocol/protocolVersion"] = Modern,
                ["io.modelcontextprotocol/clientInfo"] = new JsonObject { ["name"] = "soak", ["version"] = "1" },
                ["io.modelcontextprotocol/clientCapabilities"] = new JsonObject(),
            };
        }

        var message = new JsonObject { ["jsonrpc"] = "2.0", ["id"] = id, ["method"] = method, ["params"] = parameters };
        using var response = await PostAsync(message, method, (string?)parameters["name"], cancellationToken);
        if (response.Headers.TryGetValues("Mcp-Session-Id", out var ids))
            _session = ids.First();
        var answer = await ReadAsync(response, id, cancellationToken);
        return answer ?? throw new HttpRequestException($"{method}: HTTP {(int)response.StatusCode} without an answer", null, response.StatusCode);
    }

    private async Task<HttpResponseMessage> PostAsync(JsonObject message, string method, string? name, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, endpoint) { Content = new StringContent(message.ToJsonString(), Encoding.UTF8, "application/json") };
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("text/event-stream"));
        if (isModern)
            request.Headers.Add("Mcp-Method", method);
        if (isModern && name is not null)
            request.Headers.Add("Mcp-Name", name);
        if (isModern || _session is not null)
            request.Headers.Add("MCP-Protocol-Version", isModern ? Modern : Legacy);
        if (_session is not null)
            request.Headers.Add("Mcp-Session-Id", _session);
        return await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
    }

    private static async Task<JsonObject?> ReadAsync(HttpResponseMessage response, int id, CancellationToken cancellationToken)
    {
        await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
        if (response.Content.Headers.ContentType?.MediaType != "text/event-stream")
            return await JsonNode.ParseAsync(body, cancellationToken: cancellationToken) as JsonObject;
        await foreach (var item in SseParser.Create(body).EnumerateAsync(cancellationToken))
        {
            if (item.Data.Length > 0 && JsonNode.Parse(item.Data) is JsonObject message && message["method"] is null && (int?)message["id"] == id)
                return message;
        }

        return null;
    }
}
