using System.Net;
using System.Net.WebSockets;
using System.Text;
using Steward.Configuration;
using Steward.Tests.Gateway;
using Xunit;

namespace Steward.Tests.Server.Channels;

public sealed class WebSocketTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory(Timeout = 30_000)]
    [InlineData("/ws", "a__echo")]
    [InlineData("/servers/a/ws", "echo")]
    public async Task A_client_lists_and_calls_tools(string path, string tool)
    {
        await using var rig = await GatewayRig.StartAsync("a");
        using var client = await RigSocket.OpenAsync(rig, path);

        await client.SayAsync("""{"jsonrpc":"2.0","id":"l","method":"tools/list"}""");
        var list = await client.HearAsync();
        await client.SayAsync($$$$"""{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"{{{{tool}}}}","arguments":{"x":1.0}}}""");
        var answer = await client.HearAsync();

        Assert.Equal("mcp", client.SubProtocol);
        Assert.Contains(list!["result"]!["tools"]!.AsArray(), entry => (string?)entry!["name"] == tool);
        Assert.Equal("""{"jsonrpc":"2.0","id":7,"result":{"server":"a","echo":{"x":1.0}}}""", answer!.ToJsonString());
    }

    [Fact(Timeout = 30_000)]
    public async Task Progress_questions_and_answers_of_several_calls_come_in_the_order_in_which_servers_said_them()
    {
        await using var rig = await GatewayRig.StartAsync("a");
        var server = await rig.LaunchedAsync("a");
        using var client = await RigSocket.OpenAsync(rig, capabilities: """{"sampling":{}}""");
        await client.SayAsync("""{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"a__wait","_meta":{"progressToken":"p"}}}""");
        var one = await server.NextAsync("tools/call");
        await client.SayAsync("""{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"a__wait"}}""");
        var two = await server.NextAsync("tools/call");

        await server.ProgressAsync(one, 1);
        await server.AnswerAsync(two);
        await server.SayAsync("""{"jsonrpc":"2.0","id":"q","method":"sampling/createMessage","params":{}}""");
        await server.ProgressAsync(one, 2);
        Assert.Equal("p", (string?)(await client.HearAsync())!["params"]!["progressToken"]);
        Assert.Equal(2, (int?)(await client.HearAsync())!["id"]);
        var question = await client.HearAsync();
        Assert.Equal("sampling/createMessage", (string?)question!["method"]);
        Assert.Equal(2, (int?)(await client.HearAsync())!["params"]!["progress"]);

        await client.SayAsync($$$"""{"jsonrpc":"2.0","id":{{{question["id"]!.ToJsonString()}}},"result":{"said":true}}""");
        Assert.Equal("""{"jsonrpc":"2.0","id":"q","result":{"said":true}}""", (await server.NextAsync("answer")).ToJsonString());
        await server.AnswerAsync(one);
        Assert.Equal(1, (int?)(await client.HearAsync())!["id"]);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_cancelled_call_is_cancelled_at_its_server_and_not_answered()
    {
        await using var rig = await GatewayRig.StartAsync("a");
        var server = await rig.LaunchedAsync("a");
        using var client = await RigSocket.OpenAsync(rig);
        await client.SayAsync("""{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"a__wait"}}""");
        var call = await server.NextAsync("tools/call");

        await client.SayAsync("""{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}}""");

        Assert.Equal((long?)call["id"], (long?)(await server.NextAsync("notifications/cancelled"))["params"]!["requestId"]);
        await server.AnswerAsync(call);
        await client.SayAsync("""{"jsonrpc":"2.0","id":2,"method":"ping"}""");
        Assert.Equal("""{"jsonrpc":"2.0","id":2,"result":{}}""", (await client.HearAsync())!.ToJsonString());
    }

    [Fact(Timeout = 30_000)]
    public async Task What_is_no_message_and_what_comes_too_early_is_answered_with_an_error()
    {
        await using var rig = await GatewayRig.StartAsync("a");
        using var client = await RigSocket.ConnectAsync(rig.Url);
        foreach (var (said, code) in ((string, int)[])[
            ("{", -32700), ("""{"jsonrpc":"2.0"}""", -32600), ("[]", -32600), ("""{"jsonrpc":"2.0","id":1,"method":"tools/list"}""", -32600),
            ("""{"jsonrpc":"2.0","id":1,"method":"initialize","params":{}}""", -32602)])
        {
            await client.SayAsync(said);
            Assert.Equal((said, code), (said, (int)(await client.HearAsync())!["error"]!["code"]!));
        }

        await client.SayAsync("""{"jsonrpc":"2.0","id":"early","method":"ping"}""");
        Assert.Equal("early", (string?)(await client.HearAsync())!["id"]);
        await client.SayAsync(RigClient.Opening());
        Assert.NotNull((await client.HearAsync())!["result"]);
        await client.SayAsync(RigClient.Opening());
        Assert.Equal(-32600, (int?)(await client.HearAsync())!["error"]!["code"]);
    }

    [Fact(Timeout = 30_000)]
    public async Task Messages_of_a_batch_are_answered_where_the_revision_knows_batches()
    {
        await using var rig = await GatewayRig.StartAsync("a");
        using var client = await RigSocket.OpenAsync(rig, revision: "2025-03-26");

        await client.SayAsync("""[{"jsonrpc":"2.0","id":1,"method":"ping"},{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"a__echo"}},7]""");

        var answers = new[] { await client.HearAsync(), await client.HearAsync(), await client.HearAsync() };
        Assert.Equal(["", "1", "2"], answers.Select(answer => answer!["id"]?.ToJsonString() ?? "").Order());
        Assert.Equal(-32600, (int?)answers.Single(answer => answer!["id"] is null)!["error"]!["code"]);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_client_of_the_modern_era_needs_no_session_and_cancels_by_notification()
    {
        const string meta = """ "_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientInfo":{"name":"m","version":"1"},"io.modelcontextprotocol/clientCapabilities":{},"progressToken":"p"}""";
        await using var rig = await GatewayRig.StartAsync("a");
        var server = await rig.LaunchedAsync("a");
        using var client = await RigSocket.ConnectAsync(rig.Url);
        await client.SayAsync($$$$"""{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"a__wait",{{{{meta}}}}}}""");
        var one = await server.NextAsync("tools/call");
        await client.SayAsync($$$$"""{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"a__wait",{{{{meta}}}}}}""");
        var two = await server.NextAsync("tools/call");

        await client.SayAsync("""{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}}""");
        Assert.Equal((long?)one["id"], (long?)(await server.NextAsync("notifications/cancelled"))["params"]!["requestId"]);
        await server.ProgressAsync(two, 1);
        await server.AnswerAsync(two);

        Assert.Equal("p", (string?)(await client.HearAsync())!["params"]!["progressToken"]);
        var answer = await client.HearAsync();
        Assert.Equal((2, "complete"), ((int)answer!["id"]!, (string?)answer["result"]!["resultType"]));
        Assert.Equal(0, rig.Gateway.Sessions.Count);

        await client.SayAsync($$$$"""{"jsonrpc":"2.0","id":3,"method":"tools/call","params":{"name":"a__wait",{{{{meta}}}}}}""");
        await server.NextAsync("tools/call");
        await client.CloseAsync();
        await server.NextAsync("notifications/cancelled");
    }

    [Theory(Timeout = 30_000)]
    [InlineData(true)]
    [InlineData(false)]
    public async Task With_the_connection_the_session_and_its_calls_end(bool orderly)
    {
        await using var rig = await GatewayRig.StartAsync("a");
        var server = await rig.LaunchedAsync("a");
        using var client = await RigSocket.OpenAsync(rig);
        await client.SayAsync("""{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"a__wait"}}""");
        await server.NextAsync("tools/call");

        if (orderly)
            await client.CloseAsync();
        else
            client.Abort();

        await server.NextAsync("notifications/cancelled");
        Assert.Equal(0, rig.Gateway.Sessions.Count);
    }

    [Fact(Timeout = 30_000)]
    public async Task When_the_session_is_ended_the_client_is_told()
    {
        await using var rig = await GatewayRig.StartAsync("a");
        using var client = await RigSocket.OpenAsync(rig);

        await rig.Gateway.Sessions.All.Single().EndAsync(Cancelled);

        Assert.Null(await client.HearAsync());
        Assert.Equal(WebSocketCloseStatus.EndpointUnavailable, client.CloseStatus);
    }

    [Fact(Timeout = 30_000)]
    public async Task Binary_frames_and_messages_over_the_bound_end_the_connection_with_the_reason()
    {
        await using var rig = await GatewayRig.StartAsync(Config(new GatewayLimits { BodyMb = 1 }));
        using var binary = await RigSocket.OpenAsync(rig);
        await binary.SayAsync("{}", WebSocketMessageType.Binary);
        Assert.Null(await binary.HearAsync());
        Assert.Equal(WebSocketCloseStatus.InvalidMessageType, binary.CloseStatus);

        using var large = await RigSocket.OpenAsync(rig);
        var part = Encoding.UTF8.GetBytes(new string(' ', 600_000));
        await large.SayAsync(part, endOfMessage: false);
        await large.SayAsync(part, endOfMessage: false);
        Assert.Null(await large.HearAsync());
        Assert.Equal(WebSocketCloseStatus.MessageTooBig, large.CloseStatus);
    }

    [Fact(Timeout = 30_000)]
    public async Task Only_WebSockets_with_the_subprotocol_are_served()
    {
        await using var rig = await GatewayRig.StartAsync("a");
        using var http = new HttpClient();
        Assert.Equal(HttpStatusCode.UpgradeRequired, (await http.GetAsync(new Uri(rig.Url, "/ws"), Cancelled)).StatusCode);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, (await http.PostAsync(new Uri(rig.Url, "/ws"), null, Cancelled)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await http.GetAsync(new Uri(rig.Url, "/servers/x/ws"), Cancelled)).StatusCode);
        Assert.Equal((HttpStatusCode)418, (await http.GetAsync(new Uri(rig.Url, "/servers/ws"), Cancelled)).StatusCode);

        using var bare = new ClientWebSocket();
        bare.Options.CollectHttpResponseDetails = true;
        await Assert.ThrowsAsync<WebSocketException>(() => bare.ConnectAsync(new UriBuilder(new Uri(rig.Url, "/ws")) { Scheme = "ws" }.Uri, Cancelled));
        Assert.Equal(HttpStatusCode.BadRequest, bare.HttpStatusCode);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_token_is_demanded_where_there_are_tokens()
    {
        await using var rig = await GatewayRig.StartAsync(Config(new GatewayLimits(), "secret"));
        await Assert.ThrowsAsync<WebSocketException>(() => RigSocket.ConnectAsync(rig.Url));
        await Assert.ThrowsAsync<WebSocketException>(() => RigSocket.ConnectAsync(rig.Url, token: "wrong"));
        using var client = await RigSocket.ConnectAsync(rig.Url, token: "secret");
        await client.SayAsync(RigClient.Opening());
        Assert.NotNull((await client.HearAsync())!["result"]);
    }

    [Fact(Timeout = 30_000)]
    public async Task Connections_are_bounded_whether_they_initialize_or_not()
    {
        await using var rig = await GatewayRig.StartAsync(Config(new GatewayLimits { Sessions = 1 }));
        using (await RigSocket.ConnectAsync(rig.Url))
            await Assert.ThrowsAsync<WebSocketException>(() => RigSocket.ConnectAsync(rig.Url));
    }

    [Fact(Timeout = 60_000)]
    public async Task A_client_that_does_not_read_is_cut_off()
    {
        await using var rig = await GatewayRig.StartAsync("a");
        var server = await rig.LaunchedAsync("a");
        using var client = await RigSocket.OpenAsync(rig);
        await client.SayAsync("""{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"a__wait","_meta":{"progressToken":1}}}""");
        var call = await server.NextAsync("tools/call");
        var token = call["params"]!["_meta"]!["progressToken"]!.ToJsonString();
        var noise = $$$"""{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":{{{token}}},"progress":1,"message":"{{{new string('x', 2_000_000)}}}"}}""";

        for (var i = 0; i < 60; i++)
            await server.SayAsync(noise);

        await server.NextAsync("notifications/cancelled");
    }

    private static StewardConfig Config(GatewayLimits limits, params string[] tokens) =>
        new() { Servers = [GatewayRig.Server("a")], Gateway = new GatewayConfig { Limits = limits, BearerTokens = tokens } };
}
