using System.Net;
using System.Text.Json.Nodes;
using Steward.Configuration;
using Steward.Processes;
using Xunit;

namespace Steward.Tests.Parity;

/// <summary>mcp_runner's SSE proxy, of which its own tests know a look-alike only: over HTTP, with real servers behind it.</summary>
public sealed class McpRunnerProxyTests
{
    private static readonly SseProxyConfig Free = new() { Port = 0 };

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact(Timeout = 60_000)]
    public async Task Clients_list_and_call_the_tools_of_all_servers_and_are_answered_on_their_stream_under_their_ids()
    {
        await using var rig = await ProxyHost.StartAsync(
            Free,
            RealServers.Process("files", "echo"),
            RealServers.Process("bad", "exit-at-start") with { RestartPolicy = RestartPolicy.Never }, // there, no proxy was started then
            RealServers.Process("memory", "echo"));
        using var client = await rig.OpenAsync();

        var tools = (await client.AskAsync("""{"jsonrpc":"2.0","id":"list","method":"tools/list"}"""))["result"]!["tools"]!.AsArray();
        Assert.Equal(["files__echo", "files__misbehave", "files__progress_burst", "memory__echo", "memory__misbehave", "memory__progress_burst"], tools.Select(tool => (string)tool!["name"]!).Order(StringComparer.Ordinal));
        Assert.Equal("Returns its text", (string?)tools.Single(tool => (string?)tool!["name"] == "files__echo")!["description"]);

        var called = await client.AskAsync(Call("\"ä 7\"", "memory__echo", """{"text":"hello"}"""));
        Assert.Equal("""{"jsonrpc":"2.0","id":"ä 7","result":{"content":[{"type":"text","text":"hello"}]}}""", Plain(called));
        var bare = await client.AskAsync("""{"jsonrpc":"2.0","id":8,"method":"tools/call","params":{"name":"files__echo"}}"""); // there, arguments had to be
        Assert.Equal("""{"jsonrpc":"2.0","id":8,"result":{"content":[{"type":"text","text":""}]}}""", Plain(bare));
        Assert.Equal("""{"jsonrpc":"2.0","id":9,"result":{}}""", Plain(await client.AskAsync("""{"jsonrpc":"2.0","id":9,"method":"ping"}""")));
    }

    [Fact(Timeout = 60_000)]
    public async Task What_cannot_be_done_is_a_JSON_RPC_error_under_the_id_of_the_request_and_the_stream_goes_on()
    {
        await using var rig = await ProxyHost.StartAsync(Free with { AllowedServers = ["files"] }, RealServers.Process("files", "echo"), RealServers.Process("hidden", "echo"));
        using var client = await rig.OpenAsync();

        foreach (var (message, code) in ((string, int)[])[
            ("""{"jsonrpc":"2.0","id":1,"method":"no/such"}""", -32601),
            (Call("1", "files__none", "{}"), -32602),
            (Call("1", "hidden__echo", "{}"), -32602),
            (Call("1", "nobody__echo", "{}"), -32602),
            ("""{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{}}""", -32602)])
        {
            var answer = await client.AskAsync(message);
            Assert.Equal((message, code, 1), (message, (int)answer["error"]!["code"]!, (int)answer["id"]!));
            if ((string?)JsonNode.Parse(message)!["params"]?["name"] is { } tool)
                Assert.Contains(tool, (string)answer["error"]!["message"]!, StringComparison.Ordinal);
            Assert.Null(answer["result"]);
        }

        using (var none = await client.PostAsync("{ \"jsonrpc\": "))
            Assert.Equal(HttpStatusCode.BadRequest, none.StatusCode);
        Assert.NotNull((await client.AskAsync(Call("2", "files__echo", "{}")))["result"]);
    }

    /// <summary>There, the proxy went on with the servers as they had been when it was started.</summary>
    [Fact(Timeout = 60_000)]
    public async Task A_server_that_dies_is_told_of_and_can_be_called_again_when_it_is_back()
    {
        await using var rig = await ProxyHost.StartAsync(Free, RealServers.Process("files", "echo"));
        using var client = await rig.OpenAsync();
        Assert.NotNull((await client.AskAsync(Call("1", "files__echo", "{}")))["result"]);

        Posix.Signal(rig.Host.Manager.GetStatus("files").Pid!.Value, Posix.SigKill);

        await client.StatusAsync("files", "Starting");
        await client.StatusAsync("files", "Running");
        Assert.NotNull((await client.AskAsync(Call("2", "files__echo", "{}")))["result"]);
    }

    [Theory(Timeout = 60_000)]
    [InlineData(null)]
    [InlineData("Bearer secre")]
    [InlineData("Bearer secret1")]
    [InlineData("Bearer SECRET")]
    [InlineData("Bearer")]
    [InlineData("Basic secret")]
    [InlineData("secret")]
    public async Task Without_the_very_token_nothing_is_served(string? authorization)
    {
        await using var rig = await ProxyHost.StartAsync(Free with { Token = "secret" }, RealServers.Process("files", "echo"));
        using var http = new HttpClient();
        foreach (var (method, path) in ((HttpMethod, string)[])[(HttpMethod.Get, "/sse"), (HttpMethod.Post, "/sse/messages?sessionId=x")])
        {
            using var request = new HttpRequestMessage(method, new Uri(rig.Url, path));
            if (authorization is not null)
                request.Headers.TryAddWithoutValidation("Authorization", authorization);
            request.Headers.Add("Origin", "http://localhost:6274");
            using var response = await http.SendAsync(request, Cancelled);

            Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
            Assert.Equal("Bearer", Assert.Single(response.Headers.WwwAuthenticate).Scheme);
            Assert.Equal("http://localhost:6274", Assert.Single(response.Headers.GetValues("Access-Control-Allow-Origin"))); // there, a page could not even read the refusal
        }
    }

    [Fact(Timeout = 60_000)]
    public async Task With_the_token_or_where_none_is_wanted_clients_are_served()
    {
        foreach (var token in (string?[])["secret", null])
        {
            await using var rig = await ProxyHost.StartAsync(Free with { Token = token }, RealServers.Process("files", "echo"));
            using var client = await rig.OpenAsync(token);
            Assert.NotNull((await client.AskAsync(Call("1", "files__echo", "{}")))["result"]);
        }
    }

    /// <summary>There, pages of every origin were let in.</summary>
    [Fact(Timeout = 60_000)]
    public async Task Pages_may_ask_first_and_are_let_in_where_they_are_of_this_machine()
    {
        await using var rig = await ProxyHost.StartAsync(Free with { Token = "secret" }, RealServers.Process("files", "echo"));
        using var http = new HttpClient();

        using var own = await http.SendAsync(Preflight("http://localhost:6274"), Cancelled); // without the token: a browser has none to show here
        using var foreign = await http.SendAsync(Preflight("https://evil.example.org"), Cancelled);

        Assert.Equal(HttpStatusCode.NoContent, own.StatusCode);
        Assert.Equal("http://localhost:6274", Assert.Single(own.Headers.GetValues("Access-Control-Allow-Origin")));
        Assert.Contains("POST", string.Join(',', own.Headers.GetValues("Access-Control-Allow-Methods")), StringComparison.Ordinal);
        Assert.Contains("Authorization", string.Join(',', own.Headers.GetValues("Access-Control-Allow-Headers")), StringComparison.Ordinal);
        Assert.Equal("3600", Assert.Single(own.Headers.GetValues("Access-Control-Max-Age")));
        Assert.Equal(HttpStatusCode.Forbidden, foreign.StatusCode);
        Assert.False(foreign.Headers.Contains("Access-Control-Allow-Origin"));

        HttpRequestMessage Preflight(string origin)
        {
            var request = new HttpRequestMessage(HttpMethod.Options, new Uri(rig.Url, "/sse/messages"));
            request.Headers.Add("Origin", origin);
            request.Headers.Add("Access-Control-Request-Method", "POST");
            request.Headers.Add("Access-Control-Request-Headers", "authorization,content-type");
            return request;
        }
    }

    /// <summary>There, stopping waited in vain for the streams that were open.</summary>
    [Fact(Timeout = 60_000)]
    public async Task Stopping_ends_open_streams_and_the_processes_behind_them()
    {
        await using var rig = await ProxyHost.StartAsync(Free, RealServers.Process("files", "echo"));
        using var client = await rig.OpenAsync();
        var url = rig.Url;

        await rig.Host.StopAsync(CancellationToken.None);

        while ((await client.NextAsync()).Name is not null)
        {
            // What was said before the end.
        }

        using var http = new HttpClient();
        await Assert.ThrowsAsync<HttpRequestException>(() => http.GetAsync(new Uri(url, "/sse"), Cancelled));
    }

    [Fact(Timeout = 60_000)]
    public async Task A_stream_is_one_of_events_that_nobody_keeps()
    {
        await using var rig = await ProxyHost.StartAsync(Free, RealServers.Process("files", "echo"));
        using var http = new HttpClient();
        using var response = await http.GetAsync(new Uri(rig.Url, "/sse"), HttpCompletionOption.ResponseHeadersRead, Cancelled);

        Assert.Equal("text/event-stream", response.Content.Headers.ContentType!.MediaType);
        Assert.True(response.Headers.CacheControl!.NoCache);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(Cancelled));
        Assert.Equal("event: endpoint", await reader.ReadLineAsync(Cancelled));
        Assert.StartsWith("data: /sse/messages?sessionId=", await reader.ReadLineAsync(Cancelled), StringComparison.Ordinal);
        Assert.Equal("", await reader.ReadLineAsync(Cancelled));
    }

    private static string Call(string id, string tool, string arguments) =>
        $$$"""{"jsonrpc":"2.0","id":{{{id}}},"method":"tools/call","params":{"name":"{{{tool}}}","arguments":{{{arguments}}}}}""";

    private static string Plain(JsonNode message) => message.ToJsonString(new(System.Text.Json.JsonSerializerDefaults.Web) { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
}
