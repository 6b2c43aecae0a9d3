using System.Net;
using System.Net.ServerSentEvents;
using System.Text;
using System.Text.Json;
using Steward.EndToEnd.Clients;
using Steward.EndToEnd.Running;
using Xunit;

namespace Steward.EndToEnd;

/// <summary>What Streamable HTTP promises, seen on the wire.</summary>
public sealed class StreamableHttpTests
{
    private const string List = """{"jsonrpc":"2.0","id":"seven","method":"tools/list"}""";

    private const string ProgressCall =
        """{"jsonrpc":"2.0","id":"call","method":"tools/call","params":{"name":"test_tool_with_progress","arguments":{},"_meta":{"progressToken":1}}}""";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact(Timeout = 180_000)]
    public async Task A_session_ends_when_its_client_says_so_and_an_unknown_one_is_not_found()
    {
        await using var steward = await StartAsync();
        using var client = await McpHttpClient.ConnectAsync(steward.EndpointOf("fixture"), "session", Cancellation);
        Assert.Matches("^[A-Za-z0-9_-]{22,}$", client.SessionId);

        using (var ended = await client.EndSessionAsync(Cancellation))
            Assert.True(ended.IsSuccessStatusCode);
        await RefusedAsync(client, client.Post(List), HttpStatusCode.NotFound);
        client.SessionId = "somebody-elses";
        await RefusedAsync(client, client.Post(List), HttpStatusCode.NotFound);
        client.SessionId = null;
        await RefusedAsync(client, client.Post(List), HttpStatusCode.BadRequest);
    }

    [Fact(Timeout = 180_000)]
    public async Task A_session_of_one_endpoint_is_unknown_at_another()
    {
        await using var steward = await StartAsync();
        using var client = await McpHttpClient.ConnectAsync(steward.EndpointOf("fixture"), "here", Cancellation);
        using var elsewhere = new McpHttpClient(steward.Endpoint) { SessionId = client.SessionId };
        await RefusedAsync(elsewhere, elsewhere.Post(List), HttpStatusCode.NotFound);
    }

    [Fact(Timeout = 180_000)]
    public async Task A_result_that_comes_first_is_json_and_one_after_a_notification_is_a_stream()
    {
        await using var steward = await StartAsync();
        using var client = await McpHttpClient.ConnectAsync(steward.EndpointOf("fixture"), "types", Cancellation);

        using var plain = await client.SendAsync(client.Post(List), Cancellation);
        using var stream = await client.SendAsync(client.Post(ProgressCall), Cancellation);

        Assert.Equal("application/json", plain.Content.Headers.ContentType?.MediaType);
        Assert.Equal("text/event-stream", stream.Content.Headers.ContentType?.MediaType);
    }

    [Fact(Timeout = 180_000)]
    public async Task A_broken_stream_goes_on_where_it_broke()
    {
        await using var steward = await StartAsync();
        using var client = await McpHttpClient.ConnectAsync(steward.EndpointOf("fixture"), "resumes", Cancellation);

        var first = await ReadAsync(client, client.Post(ProgressCall), until: IsProgress);
        var resume = client.Request(HttpMethod.Get);
        resume.Headers.Accept.ParseAdd("text/event-stream");
        resume.Headers.Add("Last-Event-ID", first[^1].EventId);
        var rest = await ReadAsync(client, resume, until: message => message.TryGetProperty("result", out _));

        var messages = first.Concat(rest).Where(item => item.Data.Length > 0).Select(item => JsonElement.Parse(item.Data)).ToArray();
        Assert.Equal([0, 50, 100], messages.Where(IsProgress).Select(message => message.GetProperty("params").GetProperty("progress").GetInt32()));
        Assert.Equal("call", messages[^1].GetProperty("id").GetString());
    }

    [Fact(Timeout = 180_000)]
    public async Task What_is_no_proper_request_is_refused_with_the_status_that_says_why()
    {
        await using var steward = await StartAsync();
        using var client = await McpHttpClient.ConnectAsync(steward.EndpointOf("fixture"), "spoils", Cancellation);

        await RefusedAsync(client, Spoilt(request => request.Content = new StringContent("{\"jsonrpc", Encoding.UTF8, "application/json")), HttpStatusCode.BadRequest);
        await RefusedAsync(client, Spoilt(request => request.Content!.Headers.ContentType = new("text/plain")), HttpStatusCode.UnsupportedMediaType);
        await RefusedAsync(client, Spoilt(request => request.Headers.Accept.Clear(), accept: "text/html"), HttpStatusCode.NotAcceptable);
        await RefusedAsync(client, Spoilt(request => Replace(request, "MCP-Protocol-Version", "1999-12-31")), HttpStatusCode.BadRequest);
        await RefusedAsync(client, Spoilt(request => request.Headers.Host = "evil.example.com"), HttpStatusCode.Forbidden);
        await RefusedAsync(client, Spoilt(request => request.Headers.Add("Origin", "http://evil.example.com")), HttpStatusCode.Forbidden);

        using var good = await client.SendAsync(client.Post(List), Cancellation);
        Assert.Equal(HttpStatusCode.OK, good.StatusCode);
        Assert.Equal("seven", JsonElement.Parse(await good.Content.ReadAsStringAsync(Cancellation)).GetProperty("id").GetString());

        HttpRequestMessage Spoilt(Action<HttpRequestMessage> spoil, string? accept = null)
        {
            var request = client.Post(List);
            spoil(request);
            if (accept is not null)
                request.Headers.Accept.ParseAdd(accept);
            return request;
        }
    }

    private static Task<StewardProcess> StartAsync() => StewardProcess.StartReadyAsync(new() { ["fixture"] = Upstreams.TestServer() }, Cancellation);

    private static bool IsProgress(JsonElement message) => message.IsMethod("notifications/progress");

    private static async Task RefusedAsync(McpHttpClient client, HttpRequestMessage request, HttpStatusCode status)
    {
        using (request)
        using (var response = await client.SendAsync(request, Cancellation))
            Assert.Equal(status, response.StatusCode);
    }

    /// <summary>Reads events until a message fits, and breaks the connection then.</summary>
    private static async Task<List<SseItem<string>>> ReadAsync(McpHttpClient client, HttpRequestMessage request, Func<JsonElement, bool> until)
    {
        var items = new List<SseItem<string>>();
        using var response = await client.SendAsync(request, Cancellation);
        await using var body = await response.Content.ReadAsStreamAsync(Cancellation);
        await foreach (var item in SseParser.Create(body, (_, data) => Encoding.UTF8.GetString(data)).EnumerateAsync(Cancellation))
        {
            items.Add(item);
            if (item.Data.Length > 0 && until(JsonElement.Parse(item.Data)))
                return items;
        }

        throw new InvalidOperationException($"the stream ended too early, after {items.Count} events");
    }

    private static void Replace(HttpRequestMessage request, string header, string value)
    {
        request.Headers.Remove(header);
        request.Headers.Add(header, value);
    }
}
