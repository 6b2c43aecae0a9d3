using System.Net;
using Steward.Tests.Gateway;
using Xunit;

namespace Steward.Tests.Server.Mcp;

/// <summary>Requests of the modern era over HTTP: which they are, how they are answered and how they end.</summary>
public sealed class ModernRequestTests
{
    private const string Wait = "\"name\":\"a__wait\"";
    private const string Token = "\"progressToken\":\"mine\"";

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact(Timeout = 30_000)]
    public async Task A_request_that_says_everything_itself_needs_no_session()
    {
        await using var rig = await GatewayRig.StartAsync("a");
        using var client = rig.Modern();

        var result = (await client.CallToolAsync("a__echo", """{"n":1.0}"""))["result"]!;

        Assert.Equal("""{"n":1.0}""", result["echo"]!.ToJsonString());
        Assert.Equal("complete", (string?)result["resultType"]);
        Assert.Equal("scripted", (string?)result["_meta"]!["io.modelcontextprotocol/serverInfo"]!["name"]);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_session_id_means_nothing_here()
    {
        await using var rig = await GatewayRig.StartAsync("a");
        using var client = rig.Modern();

        using var response = await client.PostAsync(client.Message("tools/list"), request => request.Headers.Add("Mcp-Session-Id", "nobody's"));

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.False(response.Headers.Contains("Mcp-Session-Id"));
    }

    [Fact(Timeout = 30_000)]
    public async Task Both_eras_are_served_on_one_URL_at_once()
    {
        await using var rig = await GatewayRig.StartAsync("a");
        using var modern = rig.Modern();
        using var legacy = await rig.OpenAsync();

        var (first, second) = (await legacy.CallToolAsync("a__echo", "1"), await modern.CallToolAsync("a__echo", "2"));

        Assert.Equal((1, 2), ((int)first["result"]!["echo"]!, (int)second["result"]!["echo"]!));
        Assert.Null(first["result"]!["resultType"]);
    }

    [Theory(Timeout = 30_000)]
    [InlineData("initialize")]
    [InlineData("ping")]
    [InlineData("logging/setLevel")]
    [InlineData("resources/subscribe")]
    [InlineData("resources/unsubscribe")]
    [InlineData("unknown/method")]
    public async Task Methods_that_the_era_does_not_have_are_not_found(string method)
    {
        await using var rig = await GatewayRig.StartAsync("a");
        using var client = rig.Modern();

        using var response = await client.PostAsync(client.Message(method));

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Equal((-32601, 1), await ErrorAsync(response));
    }

    [Fact(Timeout = 30_000)]
    public async Task What_a_server_does_not_find_is_not_found_either()
    {
        await using var rig = await GatewayRig.StartAsync("a");
        var server = await rig.LaunchedAsync("a");
        using var client = rig.Modern("/servers/a/mcp");
        var call = client.PostAsync(client.Message("own/method"));
        var request = await server.NextAsync("own/method");

        await server.SayAsync($$$"""{"jsonrpc":"2.0","id":{{{request["id"]!.ToJsonString()}}},"error":{"code":-32601,"message":"no"}}""");

        using var response = await call;
        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Equal((-32601, 1), await ErrorAsync(response));
    }

    [Theory(Timeout = 30_000)]
    [InlineData("{}")]
    [InlineData("""{"_meta":{"io.modelcontextprotocol/clientCapabilities":{}}}""")]
    [InlineData("""{"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28"}}""")]
    public async Task A_malformed_request_is_refused_as_a_whole(string parameters)
    {
        await using var rig = await GatewayRig.StartAsync("a");
        using var client = rig.Modern();

        using var response = await client.PostAsync($$"""{"jsonrpc":"2.0","id":7,"method":"tools/list","params":{{parameters}}}""");

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal((-32602, 7), await ErrorAsync(response));
    }

    [Theory(Timeout = 30_000)]
    [InlineData("server/discover")]
    [InlineData("subscriptions/listen")]
    public async Task Methods_that_only_this_era_has_are_of_this_era_without_a_header(string method)
    {
        await using var rig = await GatewayRig.StartAsync("a");
        using var client = rig.Modern();

        using var response = await client.PostAsync($$$"""{"jsonrpc":"2.0","id":7,"method":"{{{method}}}","params":{}}""", request => request.Headers.Remove("MCP-Protocol-Version"));

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal((-32602, 7), await ErrorAsync(response));
    }

    [Theory(Timeout = 30_000)]
    [InlineData("""{"jsonrpc":"2.0","id":7,"method":"tools/list"}""")]
    [InlineData("""{"jsonrpc":"2.0","id":7,"method":"tools/list","params":{"_meta":{"io.modelcontextprotocol/protocolVersion":"2030-01-01","io.modelcontextprotocol/clientCapabilities":{}}}}""")]
    public async Task A_revision_that_is_not_spoken_is_refused_with_those_that_are(string message)
    {
        await using var rig = await GatewayRig.StartAsync("a");
        using var client = rig.Modern();

        using var response = await client.PostAsync(message, request =>
        {
            request.Headers.Remove("MCP-Protocol-Version");
            request.Headers.Add("MCP-Protocol-Version", "2030-01-01");
        });

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        var error = (await RigClient.JsonAsync(response))["error"]!;
        Assert.Equal((-32022, "2030-01-01"), ((int)error["code"]!, (string?)error["data"]!["requested"]));
        Assert.Contains(error["data"]!["supported"]!.AsArray(), revision => (string?)revision == ModernRigClient.Revision);
    }

    [Fact(Timeout = 30_000)]
    public async Task An_initialize_without_marks_of_the_era_opens_a_session_whatever_its_header_says()
    {
        await using var rig = await GatewayRig.StartAsync("a");
        using var client = rig.Modern();

        using var response = await client.PostAsync(RigClient.Opening());

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.True(response.Headers.Contains("Mcp-Session-Id"));
    }

    [Fact(Timeout = 30_000)]
    public async Task Notifications_are_taken_and_responses_refused()
    {
        await using var rig = await GatewayRig.StartAsync("a");
        using var client = rig.Modern();

        using var notification = await client.PostAsync("""{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}}""");
        using var answer = await client.PostAsync("""{"jsonrpc":"2.0","id":1,"result":{}}""");
        using var batch = await client.PostAsync("[]");

        Assert.Equal(HttpStatusCode.Accepted, notification.StatusCode);
        Assert.Equal("", await notification.Content.ReadAsStringAsync(Cancelled));
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, batch.StatusCode);
    }

    [Theory(Timeout = 30_000)]
    [InlineData("GET")]
    [InlineData("DELETE")]
    public async Task Nothing_but_POST_is_allowed(string method)
    {
        await using var rig = await GatewayRig.StartAsync("a");
        using var client = rig.Modern();

        using var response = await client.SendAsync(new HttpMethod(method));

        Assert.Equal(HttpStatusCode.MethodNotAllowed, response.StatusCode);
        Assert.Contains("POST", response.Content.Headers.Allow);
    }

    [Fact(Timeout = 30_000)]
    public async Task What_comes_before_the_answer_opens_a_stream_that_nobody_is_told_to_come_back_to()
    {
        await using var rig = await GatewayRig.StartAsync("a");
        var server = await rig.LaunchedAsync("a");
        using var client = rig.Modern();
        var opening = client.StreamAsync("tools/call", Wait, Token);
        var request = await server.NextAsync("tools/call");

        await server.ProgressAsync(request, 1);
        await server.AnswerAsync(request);

        using var stream = await opening;
        Assert.Equal("mine", (string?)(await stream.MessageAsync())["params"]!["progressToken"]);
        Assert.Equal("complete", (string?)(await stream.MessageAsync())["result"]!["resultType"]);
        Assert.Null(await stream.NextAsync());
        Assert.Equal((null, null), (stream.LastId, stream.Retry));
    }

    [Fact(Timeout = 30_000)]
    public async Task A_silent_server_gets_its_client_signs_of_life()
    {
        await using var rig = await GatewayRig.StartAsync("a");
        var server = await rig.LaunchedAsync("a");
        using var client = rig.Modern();
        var opening = client.StreamAsync("tools/call", Wait);
        var request = await server.NextAsync("tools/call");

        rig.Time.Advance(TimeSpan.FromSeconds(20));

        using var stream = await opening;
        var comment = stream.NextAsync();
        while (!comment.IsCompleted)
        {
            rig.Time.Advance(TimeSpan.FromSeconds(5));
            await Task.Yield(); // until the reader waits
        }

        Assert.Equal(": keep-alive", await comment);
        await server.AnswerAsync(request);
        Assert.NotNull((await stream.MessageAsync())["result"]);
    }

    [Theory(Timeout = 30_000)]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Who_closes_the_response_cancels_the_call(bool hasBegun)
    {
        await using var rig = await GatewayRig.StartAsync("a");
        var server = await rig.LaunchedAsync("a");
        using var client = rig.Modern();
        using var closing = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);
        var call = client.PostAsync(client.Message("tools/call", Wait, Token), cancelled: closing.Token);
        var request = await server.NextAsync("tools/call");
        if (hasBegun)
        {
            await server.ProgressAsync(request, 1);
            (await call).Dispose();
        }

        await closing.CancelAsync();

        var cancelled = await server.NextAsync("notifications/cancelled");
        Assert.Equal(request["id"]!.ToJsonString(), cancelled["params"]!["requestId"]!.ToJsonString());
    }

    [Fact(Timeout = 30_000)]
    public async Task A_legacy_server_sees_nothing_of_the_era_of_its_client()
    {
        await using var rig = await GatewayRig.StartAsync("a");
        var server = await rig.LaunchedAsync("a");
        using var client = rig.Modern();
        var call = client.CallAsync("tools/call", Wait, "\"own\":1.0");

        var request = await server.NextAsync("tools/call");

        Assert.Equal("""{"_meta":{"own":1.0},"name":"wait"}""", request["params"]!.ToJsonString());
        await server.AnswerAsync(request);
        await call;
    }

    [Fact(Timeout = 30_000)]
    public async Task Log_messages_come_to_requests_only_that_asked_for_them()
    {
        await using var rig = await GatewayRig.StartAsync("a");
        var server = await rig.LaunchedAsync("a");
        using var client = rig.Modern();
        var opening = client.StreamAsync("tools/call", Wait, "\"io.modelcontextprotocol/logLevel\":\"warning\"");
        var request = await server.NextAsync("tools/call");

        await server.SayAsync("""{"jsonrpc":"2.0","method":"notifications/message","params":{"level":"info","data":1}}""");
        await server.SayAsync("""{"jsonrpc":"2.0","method":"notifications/message","params":{"level":"error","data":2}}""");
        await server.AnswerAsync(request);

        using var stream = await opening;
        Assert.Equal(2, (int)(await stream.MessageAsync())["params"]!["data"]!);
        Assert.NotNull((await stream.MessageAsync())["result"]);
    }

    private static async Task<(int Code, int Id)> ErrorAsync(HttpResponseMessage response)
    {
        var message = await RigClient.JsonAsync(response);
        return ((int)message["error"]!["code"]!, (int)message["id"]!);
    }
}
