using System.Net;
using System.Net.Http.Headers;
using Steward.Configuration;
using Steward.Tests.Gateway;
using Xunit;

namespace Steward.Tests.Server.Mcp;

public sealed class AnswerTests
{
    private const string Wait = """{"name":"a__wait","_meta":{"progressToken":"mine"}}""";

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact(Timeout = 30_000)]
    public async Task An_answer_that_comes_first_is_JSON_under_the_callers_id()
    {
        await using var rig = await GatewayRig.StartAsync("a");
        using var client = await rig.OpenAsync();

        using var response = await client.PostAsync("""{"jsonrpc":"2.0","id":"q\u00e4","method":"tools/call","params":{"name":"a__echo","arguments":{"n":1.0}}}""");

        Assert.Equal("application/json", response.Content.Headers.ContentType?.MediaType);
        Assert.Equal("""{"jsonrpc":"2.0","id":"q\u00e4","result":{"server":"a","echo":{"n":1.0}}}""", await response.Content.ReadAsStringAsync(Cancelled));
    }

    [Fact(Timeout = 30_000)]
    public async Task Progress_that_comes_first_opens_a_stream_that_keeps_the_order()
    {
        await using var rig = await GatewayRig.StartAsync("a");
        var server = await rig.LaunchedAsync("a");
        using var client = await rig.OpenAsync();
        var call = client.PostAsync(client.Message("tools/call", Wait));
        var request = await server.NextAsync("tools/call");

        for (var i = 0; i < 50; i++)
            await server.ProgressAsync(request, i);
        await server.AnswerAsync(request);

        using var stream = await SseReader.OpenAsync(await call);
        Assert.Equal("", await stream.NextAsync());
        Assert.Equal(("1_0", "1000"), (stream.LastId, stream.Retry));
        for (var i = 0; i < 50; i++)
        {
            var progress = await stream.MessageAsync();
            Assert.Equal((i, "mine"), ((int)progress["params"]!["progress"]!, (string?)progress["params"]!["progressToken"]));
            Assert.Equal($"1_{i + 1}", stream.LastId);
        }

        Assert.NotNull((await stream.MessageAsync())["result"]);
        Assert.Null(await stream.NextAsync());
    }

    [Theory(Timeout = 30_000)]
    [InlineData("2025-03-26")]
    [InlineData("2025-06-18")]
    public async Task Clients_of_older_revisions_get_no_event_without_data(string revision)
    {
        await using var rig = await GatewayRig.StartAsync("a");
        var server = await rig.LaunchedAsync("a");
        using var client = await rig.OpenAsync(revision: revision);
        var call = client.PostAsync(client.Message("tools/call", Wait));
        await server.ProgressAsync(await server.NextAsync("tools/call"), 1);

        using var stream = await SseReader.OpenAsync(await call);

        Assert.Contains("progress", await stream.NextAsync(), StringComparison.Ordinal);
        Assert.Null(stream.Retry);
    }

    [Fact(Timeout = 30_000)]
    public async Task Who_broke_off_reads_on_from_the_last_event_it_has_seen()
    {
        await using var rig = await GatewayRig.StartAsync("a");
        var server = await rig.LaunchedAsync("a");
        using var client = await rig.OpenAsync();
        var call = client.PostAsync(client.Message("tools/call", Wait));
        var request = await server.NextAsync("tools/call");
        await server.ProgressAsync(request, 1);
        await server.ProgressAsync(request, 2);
        string? seen;
        using (var broken = await SseReader.OpenAsync(await call))
        {
            await broken.MessageAsync();
            seen = broken.LastId;
        }

        await server.ProgressAsync(request, 3);
        using var again = await client.ListenAsync(seen);
        foreach (var missed in (int[])[2, 3])
            Assert.Equal(missed, (int)(await again.MessageAsync())["params"]!["progress"]!);
        await server.AnswerAsync(request);
        Assert.NotNull((await again.MessageAsync())["result"]);
        Assert.Null(await again.NextAsync());

        using var twice = await client.ListenAsync("1_3");
        Assert.NotNull((await twice.MessageAsync())["result"]);
        Assert.Null(await twice.NextAsync());
        foreach (var wrong in (string[])["1_99", "7_1", "x", "1_-5", "_", "1_"])
            Assert.Equal((wrong, HttpStatusCode.BadRequest), (wrong, (await client.GetAsync(wrong)).StatusCode));
    }

    [Fact(Timeout = 60_000)]
    public async Task Results_that_many_streams_hold_for_a_slow_client_are_not_lost()
    {
        const int calls = 100;
        await using var rig = await GatewayRig.StartAsync("a");
        var server = await rig.LaunchedAsync("a");
        using var client = await rig.OpenAsync();
        var posts = Enumerable.Range(0, calls).Select(_ => client.PostAsync(client.Message("tools/call", Wait))).ToArray();
        for (var i = 0; i < calls; i++)
        {
            var request = await server.NextAsync("tools/call");
            await server.ProgressAsync(request, 1);
            await server.AnswerAsync(request, $$"""{"text":"{{new string('x', 100_000)}}"}""");
        }

        rig.Time.Advance(TimeSpan.FromMinutes(3)); // upkeep passes; nobody has read yet
        foreach (var post in posts)
        {
            using var stream = await SseReader.OpenAsync(await post);
            await stream.MessageAsync();
            Assert.NotNull((await stream.MessageAsync())["result"]);
        }
    }

    [Fact(Timeout = 60_000)]
    public async Task A_client_that_does_not_read_is_cut_off_and_others_are_served()
    {
        await using var rig = await GatewayRig.StartAsync("a");
        var server = await rig.LaunchedAsync("a");
        using var slow = await rig.OpenAsync();
        using var other = await rig.OpenAsync();
        var call = slow.PostAsync(slow.Message("tools/call", Wait));
        var request = await server.NextAsync("tools/call");
        await server.ProgressAsync(request, 0);
        using var response = await call;
        var news = $$"""{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":{{request["id"]}},"progress":1,"message":"{{new string('x', 1024 * 1024)}}" } }""";

        for (var i = 0; i < 120; i++)
            await server.SayAsync(news);

        Assert.NotNull((await other.CallToolAsync("a__echo"))["result"]);
        await Assert.ThrowsAnyAsync<Exception>(() => response.Content.CopyToAsync(Stream.Null, Cancelled)); // ended amid the body
        await server.AnswerAsync(request);
        Assert.NotNull((await slow.CallToolAsync("a__echo"))["result"]);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_client_that_waits_long_gets_a_stream_and_signs_of_life()
    {
        await using var rig = await GatewayRig.StartAsync("a");
        var server = await rig.LaunchedAsync("a");
        using var client = await rig.OpenAsync();
        using var news = await client.ListenAsync();
        Assert.Equal("", await news.NextAsync());
        var call = client.PostAsync(client.Message("tools/call", Wait));
        var request = await server.NextAsync("tools/call");
        Assert.False(call.IsCompleted);

        rig.Time.Advance(TimeSpan.FromSeconds(20));
        using var stream = await SseReader.OpenAsync(await call);
        Assert.Equal("", await stream.NextAsync());
        Assert.Equal(": keep-alive", await news.NextAsync());
        await server.AnswerAsync(request);

        Assert.NotNull((await stream.MessageAsync())["result"]);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_second_GET_takes_the_stream_over()
    {
        await using var rig = await GatewayRig.StartAsync("a");
        var server = await rig.LaunchedAsync("a");
        using var client = await rig.OpenAsync();
        await client.CallToolAsync("a__echo");
        using var first = await client.ListenAsync();
        Assert.Equal("", await first.NextAsync());
        using var second = await client.ListenAsync();
        Assert.Equal("", await second.NextAsync());

        Assert.Null(await first.NextAsync());
        await server.SayAsync("""{"jsonrpc":"2.0","method":"notifications/message","params":{"level":"info","data":"now"}}""");
        Assert.Equal("notifications/message", (string?)(await second.MessageAsync())["method"]);
    }

    [Theory(Timeout = 30_000)]
    [InlineData("{", -32700, null)]
    [InlineData("""{"jsonrpc":"2.0","id":"q","method":"tools/call","params":{""", -32700, "q")]
    [InlineData("""{"jsonrpc":"2.0","id":"q"}""", -32600, "q")]
    [InlineData("""{"jsonrpc":"2.0","id":null,"method":"ping"}""", -32600, null)]
    [InlineData("""{"jsonrpc":"2.0","id":{"a":1},"method":"ping"}""", -32600, null)]
    [InlineData("""{"id":"q","method":"ping"}""", -32600, "q")]
    [InlineData("5", -32600, null)]
    [InlineData("", -32700, null)]
    public async Task What_is_no_message_is_refused_with_the_id_that_could_be_read(string body, int code, string? id)
    {
        await using var rig = await GatewayRig.StartAsync("a");
        using var client = await rig.OpenAsync();

        using var response = await client.PostAsync(body);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        var answer = await RigClient.JsonAsync(response);
        Assert.Equal((code, id), ((int)answer["error"]!["code"]!, (string?)answer["id"]));
    }

    [Fact(Timeout = 30_000)]
    public async Task Headers_are_held_to_the_rules()
    {
        await using var rig = await GatewayRig.StartAsync("a");
        using var client = await rig.OpenAsync();
        var ping = client.Message("ping", "{}");
        async Task<HttpStatusCode> Post(Action<HttpRequestMessage> change)
        {
            using var response = await client.PostAsync(ping, change);
            return response.StatusCode;
        }

        Assert.Equal(HttpStatusCode.BadRequest, await Post(request => request.Headers.Add("MCP-Protocol-Version", "2020-01-01")));
        Assert.Equal(HttpStatusCode.OK, await Post(request => request.Headers.Add("MCP-Protocol-Version", "2025-06-18")));
        Assert.Equal(HttpStatusCode.NotAcceptable, await Post(request => SetAccept(request, "application/json")));
        Assert.Equal(HttpStatusCode.NotAcceptable, await Post(request => SetAccept(request, "text/event-stream")));
        Assert.Equal(HttpStatusCode.OK, await Post(request => SetAccept(request, "*/*")));
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, await Post(request => request.Content!.Headers.ContentType = new MediaTypeHeaderValue("text/plain")));
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, await Post(request => request.Content!.Headers.ContentType = new MediaTypeHeaderValue("application/jsonx")));
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, await Post(request => request.Content!.Headers.ContentType = null));
        Assert.Equal(HttpStatusCode.MethodNotAllowed, await Post(request => request.Method = HttpMethod.Put));
        Assert.Equal(HttpStatusCode.NotAcceptable, (await client.GetAsync(change: request => SetAccept(request, "application/json"))).StatusCode);
        using var accepted = await client.PostAsync("""{"jsonrpc":"2.0","method":"notifications/initialized"}""");
        Assert.Equal((HttpStatusCode.Accepted, ""), (accepted.StatusCode, await accepted.Content.ReadAsStringAsync(Cancelled)));
    }

    [Theory(Timeout = 30_000)]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_body_over_the_limit_is_refused_whether_it_says_its_length_or_not(bool chunked)
    {
        await using var rig = await GatewayRig.StartAsync(SessionTests.Config(new GatewayLimits { BodyMb = 1 }));
        using var client = await rig.OpenAsync();

        using var response = await client.PostAsync(client.Message("tools/call", $$$"""{"name":"a__echo","arguments":{"x":"{{{new string('x', 1024 * 1024)}}}"}}"""), request =>
        {
            // Who says the length waits for the word to go on: a refusal amid the sending would cut the connection.
            request.Headers.TransferEncodingChunked = chunked;
            request.Headers.ExpectContinue = !chunked;
        });

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, response.StatusCode);
        Assert.Contains("bodyMb", await response.Content.ReadAsStringAsync(Cancelled), StringComparison.Ordinal);
        Assert.NotNull((await client.CallToolAsync("a__echo"))["result"]);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_body_in_chunks_is_read_as_any_other()
    {
        await using var rig = await GatewayRig.StartAsync("a");
        using var client = await rig.OpenAsync();

        using var response = await client.PostAsync(client.Message("tools/call", """{"name":"a__echo"}"""), request => request.Headers.TransferEncodingChunked = true);

        Assert.Equal("a", (string?)(await RigClient.JsonAsync(response))["result"]!["server"]);
    }

    [Fact(Timeout = 30_000)]
    public async Task Batches_are_for_the_one_revision_that_knows_them()
    {
        await using var rig = await GatewayRig.StartAsync("a");
        var server = await rig.LaunchedAsync("a");
        using var old = await rig.OpenAsync(revision: "2025-03-26");
        using var young = await rig.OpenAsync();
        var batch = $"""[{old.Message("ping", "{}")},{old.Message("tools/call", """{"name":"a__wait","_meta":{"progressToken":1}}""")},{"{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}"},5]""";

        Assert.Equal(HttpStatusCode.BadRequest, (await young.PostAsync(batch)).StatusCode);
        foreach (var wrong in (string[])["[]", "[1", "[1] 2", $"[{string.Join(',', Enumerable.Repeat("1", 1001))}]"])
            Assert.Equal(HttpStatusCode.BadRequest, (await old.PostAsync(wrong)).StatusCode);
        Assert.Equal(HttpStatusCode.Accepted, (await old.PostAsync("""[{"jsonrpc":"2.0","method":"notifications/initialized"}]""")).StatusCode);

        var post = old.PostAsync(batch);
        var request = await server.NextAsync("tools/call");
        await server.ProgressAsync(request, 1);
        await server.AnswerAsync(request);
        using var stream = await SseReader.OpenAsync(await post);
        Assert.NotNull((await stream.MessageAsync())["result"]);
        Assert.NotNull((await stream.MessageAsync())["params"]);
        Assert.NotNull((await stream.MessageAsync())["result"]);
        Assert.Equal(-32600, (int?)(await stream.MessageAsync())["error"]!["code"]);
        Assert.Null(await stream.NextAsync());
    }

    private static void SetAccept(HttpRequestMessage request, string accept)
    {
        request.Headers.Accept.Clear();
        request.Headers.Accept.ParseAdd(accept);
    }
}
