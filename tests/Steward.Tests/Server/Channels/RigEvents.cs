using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Steward.Tests.Gateway;
using Xunit;

namespace Steward.Tests.Server.Channels;

/// <summary>A client of HTTP+SSE that shows everything that happens on the wire.</summary>
internal sealed class RigEvents : IDisposable
{
    private readonly HttpClient _http;
    private readonly Uri _url;
    private HttpResponseMessage _response = null!;
    private StreamReader _reader = null!;

    private RigEvents(Uri url, string? token)
    {
        _url = url;
        _http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { Timeout = Timeout.InfiniteTimeSpan };
        if (token is not null)
            _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
    }

    /// <summary>Where messages are posted, as the first event said.</summary>
    public string Messages { get; set; } = "";

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public static async Task<RigEvents> ConnectAsync(Uri url, string path = "/sse", string? token = null)
    {
        var client = new RigEvents(url, token);
        client._response = await client._http.GetAsync(new Uri(url, path), HttpCompletionOption.ResponseHeadersRead, Cancelled);
        Assert.Equal(HttpStatusCode.OK, client._response.StatusCode);
        Assert.Equal("text/event-stream", client._response.Content.Headers.ContentType?.MediaType);
        client._reader = new StreamReader(await client._response.Content.ReadAsStreamAsync(Cancelled));
        var (name, data) = await client.NextAsync();
        Assert.Equal("endpoint", name);
        client.Messages = data!;
        return client;
    }

    /// <summary>A client with a session.</summary>
    public static async Task<RigEvents> OpenAsync(GatewayRig rig, string path = "/sse", string capabilities = "{}", string? token = null)
    {
        var client = await ConnectAsync(rig.Url, path, token);
        await client.SayAsync(RigClient.Opening("2024-11-05", capabilities));
        Assert.Equal("2024-11-05", (string?)(await client.HearAsync())["result"]!["protocolVersion"]);
        await client.SayAsync("""{"jsonrpc":"2.0","method":"notifications/initialized"}""");
        return client;
    }

    /// <summary>The next event, or a comment under the name of a colon; no name at the end.</summary>
    public async Task<(string? Name, string? Data)> NextAsync()
    {
        var (name, data) = ((string?)null, (string?)null);
        while (await _reader.ReadLineAsync(Cancelled) is { } line)
        {
            if (line.Length == 0)
                return (name, data);
            if (line[0] == ':')
                (name, data) = (":", line[1..].Trim());
            else if (line.StartsWith("event: ", StringComparison.Ordinal))
                name = line[7..];
            else if (line.StartsWith("data: ", StringComparison.Ordinal))
                data = line[6..];
        }

        return (null, null);
    }

    /// <summary>The next message; any other event is a failure.</summary>
    public async Task<JsonNode> HearAsync()
    {
        var (name, data) = await NextAsync();
        Assert.Equal("message", name);
        return JsonNode.Parse(data!)!;
    }

    /// <summary>The next answer; what else is told before it is dropped.</summary>
    public async Task<JsonNode> AnswerAsync()
    {
        while (true)
        {
            var (name, data) = await NextAsync();
            Assert.NotNull(name);
            if (name == "message" && JsonNode.Parse(data!) is { } message && message["id"] is not null && message["method"] is null)
                return message;
        }
    }

    public async Task<HttpResponseMessage> PostAsync(string message, string mediaType = "application/json", string? to = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(_url, to ?? Messages))
        {
            Content = new StringContent(message, Encoding.UTF8, new MediaTypeHeaderValue(mediaType)),
        };
        request.Headers.ExpectContinue = message.Length > 1024 * 1024; // a refusal amid the sending would cut the connection
        return await _http.SendAsync(request, Cancelled);
    }

    public async Task SayAsync(string message)
    {
        using var response = await PostAsync(message);
        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
    }

    public void Dispose()
    {
        _response?.Dispose();
        _http.Dispose();
    }
}
