using System.Net;
using Steward.Configuration;
using Steward.Tests.Gateway;
using Xunit;

namespace Steward.Tests.Server.Channels;

public sealed class SseTests
{
    private const string Ping = """{"jsonrpc":"2.0","id":"p","method":"ping"}""";

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory(Timeout = 30_000)]
    [InlineData("/sse", "/messages", "a__echo")]
    [InlineData("/servers/a/sse", "/servers/a/messages", "echo")]
    public async Task The_first_event_says_where_to_post_and_answers_come_on_the_stream(string path, string messages, string tool)
    {
        await using var rig = await GatewayRig.StartAsync("a");
        using var client = await RigEvents.OpenAsync(rig, path);

        Assert.Matches($"^{messages}\\?sessionId=[A-Za-z0-9_-]{{22}}$", client.Messages);
        await client.SayAsync($$$$"""{"jsonrpc":"2.0","id":"\u00e4","method":"tools/call","params":{"name":"{{{{tool}}}}","arguments":{"n":1.0}}}""");
        Assert.Equal("""{"jsonrpc":"2.0","id":"\u00E4","result":{"server":"a","echo":{"n":1.0}}}""", (await client.HearAsync()).ToJsonString());
    }

    [Fact(Timeout = 30_000)]
    public async Task Progress_comes_before_its_result_and_a_servers_question_reaches_the_caller()
    {
        await using var rig = await GatewayRig.StartAsync("a");
        var server = await rig.LaunchedAsync("a");
        using var client = await RigEvents.OpenAsync(rig, capabilities: """{"sampling":{}}""");
        using var other = await RigEvents.OpenAsync(rig, capabilities: """{"sampling":{}}""");
        await client.SayAsync("""{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"a__wait","_meta":{"progressToken":"p"}}}""");
        var call = await server.NextAsync("tools/call");

        for (var i = 0; i < 20; i++)
            await server.ProgressAsync(call, i);
        await server.SayAsync("""{"jsonrpc":"2.0","id":9,"method":"sampling/createMessage","params":{}}""");
        for (var i = 0; i < 20; i++)
            Assert.Equal(i, (int?)(await client.HearAsync())["params"]!["progress"]);
        var question = await client.HearAsync();
        await client.SayAsync($$$"""{"jsonrpc":"2.0","id":{{{question["id"]!.ToJsonString()}}},"result":{}}""");
        await server.NextAsync("answer");
        await server.AnswerAsync(call);

        Assert.Equal(1, (int?)(await client.HearAsync())["id"]);
        await other.SayAsync(Ping);
        Assert.Equal("p", (string?)(await other.HearAsync())["id"]);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_stream_is_known_to_its_own_principal_and_endpoint_only()
    {
        await using var rig = await GatewayRig.StartAsync(Config(new GatewayLimits(), "one", "two"));
        using var client = await RigEvents.OpenAsync(rig, token: "one");
        using var stranger = await RigEvents.OpenAsync(rig, token: "two");
        var own = client.Messages;

        Assert.Equal(HttpStatusCode.NotFound, (await stranger.PostAsync(Ping, to: own)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await client.PostAsync(Ping, to: "/servers/a" + own)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await client.PostAsync(Ping, to: "/messages?sessionId=x")).StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await client.PostAsync(Ping, to: "/messages")).StatusCode);
        Assert.Equal(HttpStatusCode.Accepted, (await client.PostAsync(Ping)).StatusCode);
        using var nobody = new HttpClient();
        Assert.Equal(HttpStatusCode.Unauthorized, (await nobody.GetAsync(new Uri(rig.Url, "/sse"), Cancelled)).StatusCode);
    }

    [Fact(Timeout = 30_000)]
    public async Task What_cannot_be_taken_is_refused_with_the_reason()
    {
        await using var rig = await GatewayRig.StartAsync(Config(new GatewayLimits { BodyMb = 1, Sessions = 1 }));
        using var client = await RigEvents.OpenAsync(rig);

        Assert.Equal(HttpStatusCode.BadRequest, (await client.PostAsync("{")).StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await client.PostAsync("""{"jsonrpc":"2.0"}""")).StatusCode);
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, (await client.PostAsync(Ping, "text/plain")).StatusCode);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, (await client.PostAsync(new string(' ', 1_100_000))).StatusCode);
        using var http = new HttpClient();
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await http.GetAsync(new Uri(rig.Url, "/sse"), Cancelled)).StatusCode);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, (await http.GetAsync(new Uri(rig.Url, client.Messages), Cancelled)).StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, (await http.SendAsync(new HttpRequestMessage(HttpMethod.Options, new Uri(rig.Url, "/messages")), Cancelled)).StatusCode);
    }

    [Fact(Timeout = 30_000)]
    public async Task With_the_client_its_session_and_calls_go()
    {
        await using var rig = await GatewayRig.StartAsync("a");
        var server = await rig.LaunchedAsync("a");
        using (var client = await RigEvents.OpenAsync(rig))
        {
            await client.SayAsync("""{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"a__wait"}}""");
            await server.NextAsync("tools/call");
            Assert.Equal(1, rig.Gateway.Sessions.Count);
        }

        await server.NextAsync("notifications/cancelled");
        Assert.Equal(0, rig.Gateway.Sessions.Count);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_silent_stream_shows_signs_of_life()
    {
        await using var rig = await GatewayRig.StartAsync("a");
        using var client = await RigEvents.OpenAsync(rig);

        var next = client.NextAsync();
        while (!next.IsCompleted)
        {
            rig.Time.Advance(TimeSpan.FromSeconds(5));
            await Task.Yield();
        }

        Assert.Equal((":", "keep-alive"), await next);
    }

    [Fact(Timeout = 30_000)]
    public async Task When_the_session_is_ended_the_stream_ends()
    {
        await using var rig = await GatewayRig.StartAsync("a");
        using var client = await RigEvents.OpenAsync(rig);

        await rig.Gateway.Sessions.All.Single().EndAsync(Cancelled);

        Assert.Null((await client.NextAsync()).Name);
    }

    [Fact(Timeout = 30_000)]
    public async Task Changed_lists_are_told()
    {
        await using var rig = await GatewayRig.StartAsync("a");
        var server = await rig.LaunchedAsync("a");
        using var client = await RigEvents.OpenAsync(rig);

        server.Tools.Add("new");
        await server.SayAsync("""{"jsonrpc":"2.0","method":"notifications/tools/list_changed"}""");

        Assert.Equal("notifications/tools/list_changed", (string?)(await client.HearAsync())["method"]);
    }

    private static StewardConfig Config(GatewayLimits limits, params string[] tokens) =>
        new() { Servers = [GatewayRig.Server("a")], Gateway = new GatewayConfig { Limits = limits, BearerTokens = tokens } };
}
