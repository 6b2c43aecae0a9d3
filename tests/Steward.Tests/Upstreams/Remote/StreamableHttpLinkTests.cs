using Xunit;

namespace Steward.Tests.Upstreams.Remote;

public sealed class StreamableHttpLinkTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact(Timeout = 30_000)]
    public async Task A_call_after_the_handshake_carries_session_revision_and_configured_headers()
    {
        await using var peer = await LegacyPeer.StartAsync(request => request.AnswerAsync("""{"content":[]}"""));
        await using var rig = await LinkRig.ConnectAsync(peer.Url, headers: new() { ["X-Key"] = "k\u00e4se" });
        await rig.ShakeHandsAsync();

        await rig.CallAsync(7);

        Assert.Equal("""7: {"jsonrpc":"2.0","id":7,"result":{"content":[]}}""", await rig.Feed.NextAsync());
        var (first, call) = (peer.Requests[0], peer.Requests.Single(request => request.Method == "tools/call"));
        Assert.Null(first.Header("Mcp-Session-Id"));
        Assert.Null(first.Header("MCP-Protocol-Version"));
        Assert.Equal(("session-1", "2025-11-25", "application/json"), (call.Header("Mcp-Session-Id"), call.Header("MCP-Protocol-Version"), call.Header("Content-Type")));
        Assert.Equal(("application/json, text/event-stream", null, null), (call.Header("Accept"), call.Header("Mcp-Method"), call.Header("Mcp-Name")));
        Assert.All(peer.Requests, request => Assert.Equal("k\u00e4se", request.Header("X-Key")));
    }

    [Fact(Timeout = 30_000)]
    public async Task What_a_response_stream_says_comes_in_order_and_one_at_a_time_and_belongs_to_its_request()
    {
        const int steps = 200;
        const int calls = 8;
        await using var peer = await LegacyPeer.StartAsync(async request =>
        {
            await request.BeginEventsAsync();
            for (var step = 0; step < steps; step++)
                await request.EventAsync($$$"""{"jsonrpc":"2.0","method":"notifications/progress","params":{"progress":{{{step}}}}}""");
            await request.EventAsync(request.Result("{}"));
        });
        await using var rig = await LinkRig.OpenAsync(peer.Url);

        for (var id = 1; id <= calls; id++)
            await rig.CallAsync(id);

        var next = new int[calls + 1];
        for (var i = 0; i < calls * (steps + 1); i++)
        {
            var line = await rig.Feed.NextAsync();
            var id = line[0] - '0';
            Assert.Contains(next[id] == steps ? "\"result\"" : $"\"progress\":{next[id]}}}", line, StringComparison.Ordinal);
            next[id]++;
        }

        Assert.False(rig.Feed.HasOverlapped);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_long_call_holds_up_no_other()
    {
        var second = new TaskCompletionSource();
        await using var peer = await LegacyPeer.StartAsync(async request =>
        {
            if (request.Id == "1")
                await second.Task.WaitAsync(request.Gone);
            await request.AnswerAsync("{}");
        });
        await using var rig = await LinkRig.OpenAsync(peer.Url);

        await rig.CallAsync(1);
        await rig.CallAsync(2);

        Assert.StartsWith("2: ", await rig.Feed.NextAsync(), StringComparison.Ordinal);
        second.SetResult();
        Assert.StartsWith("1: ", await rig.Feed.NextAsync(), StringComparison.Ordinal);
    }

    [Theory(Timeout = 30_000)]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_result_of_five_megabytes_arrives_whole_and_on_one_line(bool asStream)
    {
        var text = new string('x', 5 * 1024 * 1024);
        await using var peer = await LegacyPeer.StartAsync(async request =>
        {
            var answer = request.Result($$"""{"text":"{{text}}"}""");
            if (!asStream)
            {
                await request.RespondAsync(200, answer.Replace(",\"result\"", ",\r\n\"result\"", StringComparison.Ordinal));
                return;
            }

            await request.BeginEventsAsync();
            await request.EventAsync(answer.Replace(",\"result\"", ",\ndata: \"result\"", StringComparison.Ordinal));
        });
        await using var rig = await LinkRig.OpenAsync(peer.Url);

        await rig.CallAsync(1);

        var line = await rig.Feed.NextAsync();
        Assert.Contains(text, line, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', line);
        Assert.DoesNotContain('\r', line);
    }

    [Fact(Timeout = 30_000)]
    public async Task An_answer_that_is_too_large_is_an_error_and_harms_no_other()
    {
        await using var peer = await LegacyPeer.StartAsync(async request =>
        {
            if (request.Id != "1")
            {
                await request.AnswerAsync("{}");
                return;
            }

            request.Context.Response.ContentLength = 40L * 1024 * 1024;
            request.Context.Response.ContentType = "application/json";
            await request.Context.Response.Body.FlushAsync(request.Gone);
            await request.UntilGoneAsync();
        });
        await using var rig = await LinkRig.OpenAsync(peer.Url);

        await rig.CallAsync(1);

        Assert.Contains("more than one message may have", await rig.Feed.NextAsync(), StringComparison.Ordinal);
        await rig.CallAsync(2);
        Assert.StartsWith("2: ", await rig.Feed.NextAsync(), StringComparison.Ordinal);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_cancelled_call_is_told_to_the_server_and_its_stream_is_closed()
    {
        var closed = new TaskCompletionSource();
        await using var peer = await LegacyPeer.StartAsync(async request =>
        {
            if (request.Method == "notifications/cancelled")
            {
                await request.RespondAsync(202);
                return;
            }

            await request.BeginEventsAsync();
            await request.EventAsync("""{"jsonrpc":"2.0","method":"notifications/message"}""");
            await request.UntilGoneAsync();
            closed.SetResult();
        });
        await using var rig = await LinkRig.OpenAsync(peer.Url);
        await rig.CallAsync(1);
        await rig.Feed.NextAsync();

        await rig.CancelAsync(1);

        await closed.Task.WaitAsync(Cancelled);
        Assert.Single(peer.Requests, request => request.Method == "notifications/cancelled");
        Assert.True(rig.Feed.IsEmpty);
    }

    [Fact(Timeout = 30_000)]
    public async Task The_session_is_ended_when_the_link_is()
    {
        await using var peer = await LegacyPeer.StartAsync(request => request.AnswerAsync("{}"));
        var rig = await LinkRig.OpenAsync(peer.Url);

        await rig.DisposeAsync();
        await rig.DisposeAsync();

        var farewell = Assert.Single(peer.Requests, request => request.Verb == "DELETE");
        Assert.Equal(("session-1", "2025-11-25"), (farewell.Header("Mcp-Session-Id"), farewell.Header("MCP-Protocol-Version")));
        Assert.Equal("was disconnected", await rig.Link.Closed);
    }

    [Fact(Timeout = 30_000)]
    public async Task An_end_does_not_wait_for_a_server_that_does_not_take_leave()
    {
        await using var peer = await RemotePeer.StartAsync(async request =>
        {
            if (request.Verb == "DELETE")
                await request.UntilGoneAsync();
            else if (request.Method == "initialize")
            {
                request.Context.Response.Headers["Mcp-Session-Id"] = "s";
                await request.AnswerAsync("""{"protocolVersion":"2025-11-25"}""");
            }
            else
                await request.RespondAsync(request.Verb == "GET" ? 405 : 202);
        });
        var rig = await LinkRig.OpenAsync(peer.Url);

        await rig.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(10), Cancelled);
    }

    [Theory(Timeout = 30_000)]
    [InlineData("""{"jsonrpc":"2.0","id":null,"error":{"code":-32022,"message":"no","data":{"supported":["x"]}}}""")]
    [InlineData("""{"jsonrpc":"2.0","error":{"code":-32022,"message":"no","data":{"supported":["x"]}}}""")]
    public async Task A_refusal_in_json_rpc_is_the_answer_to_its_request(string body)
    {
        await using var peer = await RemotePeer.StartAsync(request => request.RespondAsync(400, body));
        await using var rig = await LinkRig.ConnectAsync(peer.Url);

        await rig.CallModernAsync(3);

        Assert.Equal("""3: {"jsonrpc":"2.0","id":3,"error":{"code":-32022,"message":"no","data":{"supported":["x"]}}}""", await rig.Feed.NextAsync());
    }

    [Theory(Timeout = 30_000)]
    [InlineData(401, """{"error":"invalid_token"}""", "HTTP status 401 (Unauthorized); give headers.Authorization or auth")]
    [InlineData(401, """{"jsonrpc":"2.0","id":null,"error":{"code":-32001,"message":"no"}}""", "give headers.Authorization or auth")]
    [InlineData(404, "<html>", "HTTP status 404 (NotFound); look at the path of url, and at type")]
    [InlineData(418, "", "HTTP status 418")]
    [InlineData(200, "<html>", "with text/html where JSON or a stream of events belongs")]
    [InlineData(202, "", "without a body where JSON or a stream of events belongs")]
    public async Task A_refusal_in_http_says_status_and_mend_and_no_secret(int status, string body, string words)
    {
        await using var peer = await RemotePeer.StartAsync(request => request.RespondAsync(status, body, body.StartsWith('<') ? "text/html" : "application/json"));
        await using var rig = await LinkRig.ConnectAsync(new UriBuilder(peer.Url) { UserName = "u", Password = "pw", Query = "key=pw" }.Uri);

        await rig.CallModernAsync(3);

        var line = await rig.Feed.NextAsync();
        Assert.StartsWith($"undeliverable {(status < 300 ? 0 : status)}: {peer.Url} answered", line, StringComparison.Ordinal);
        Assert.Contains(words, line, StringComparison.Ordinal);
        Assert.DoesNotContain("pw", line, StringComparison.Ordinal);
    }

    [Fact(Timeout = 30_000)]
    public async Task An_answer_to_another_request_is_no_answer()
    {
        await using var peer = await LegacyPeer.StartAsync(request => request.RespondAsync(200, """{"jsonrpc":"2.0","id":99,"result":{}}"""));
        await using var rig = await LinkRig.OpenAsync(peer.Url);

        await rig.CallAsync(1);

        await rig.Feed.NextAsync();
        Assert.Contains("JSON that is no answer to the request", await rig.Feed.NextAsync(), StringComparison.Ordinal);
    }
}
