using System.Net;
using Steward.Configuration;
using Steward.Gateway;
using Steward.Tests.Gateway;
using Xunit;

namespace Steward.Tests.Server.Mcp;

public sealed class SessionTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact(Timeout = 30_000)]
    public async Task Ids_are_long_random_and_demanded()
    {
        await using var rig = await GatewayRig.StartAsync("a");
        using var one = await rig.OpenAsync();
        using var other = await rig.OpenAsync();
        Assert.NotEqual(one.SessionId, other.SessionId);
        Assert.Equal(22, one.SessionId!.Length);
        using var stranger = new RigClient(new Uri(rig.Url, "/mcp"));

        Assert.Equal(HttpStatusCode.BadRequest, (await stranger.PostAsync(stranger.Message("tools/list", "{}"))).StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await stranger.GetAsync()).StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await stranger.DeleteAsync()).StatusCode);
        stranger.SessionId = "unknown";
        Assert.Equal(HttpStatusCode.NotFound, (await stranger.PostAsync(stranger.Message("tools/list", "{}"))).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await stranger.GetAsync()).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await stranger.DeleteAsync()).StatusCode);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_session_is_known_on_its_endpoint_only()
    {
        await using var rig = await GatewayRig.StartAsync("a", "b");
        using var client = await rig.OpenAsync("/servers/a/mcp");
        foreach (var path in (string[])["/mcp", "/servers/b/mcp"])
        {
            using var elsewhere = new RigClient(new Uri(rig.Url, path)) { SessionId = client.SessionId };
            Assert.Equal(HttpStatusCode.NotFound, (await elsewhere.PostAsync(elsewhere.Message("tools/list", "{}"))).StatusCode);
        }
    }

    [Fact(Timeout = 30_000)]
    public async Task Paths_that_are_none_of_ours_are_passed_on_and_servers_that_are_none_are_not_found()
    {
        await using var rig = await GatewayRig.StartAsync("a");
        foreach (var (path, status) in ((string, HttpStatusCode)[])[("/servers/mcp", (HttpStatusCode)418), ("/servers//mcp", (HttpStatusCode)418), ("/mcp/", (HttpStatusCode)418), ("/servers/x/mcp", HttpStatusCode.NotFound), ("/servers/a/b/mcp", HttpStatusCode.NotFound)])
        {
            using var client = new RigClient(new Uri(rig.Url, path));
            Assert.Equal((path, status), (path, (await client.PostAsync(RigClient.Opening())).StatusCode));
        }
    }

    [Fact(Timeout = 30_000)]
    public async Task DELETE_ends_a_session_its_calls_and_its_stream()
    {
        await using var rig = await GatewayRig.StartAsync("a");
        var server = await rig.LaunchedAsync("a");
        using var client = await rig.OpenAsync();
        using var stream = await client.ListenAsync();
        var call = client.PostAsync(client.Message("tools/call", """{"name":"a__wait"}"""));
        var request = await server.NextAsync("tools/call");

        Assert.Equal(HttpStatusCode.OK, (await client.DeleteAsync()).StatusCode);

        Assert.Equal((long?)request["id"], (long?)(await server.NextAsync("notifications/cancelled"))["params"]!["requestId"]);
        Assert.Equal("", await stream.NextAsync());
        Assert.Null(await stream.NextAsync());
        Assert.Equal("", await (await call).Content.ReadAsStringAsync(Cancelled));
        Assert.Equal(HttpStatusCode.NotFound, (await client.PostAsync(client.Message("tools/list", "{}"))).StatusCode);
        Assert.Equal(0, rig.Gateway.Sessions.Count);
    }

    [Fact(Timeout = 30_000)]
    public async Task Over_the_cap_there_is_503_until_somebody_leaves()
    {
        await using var rig = await GatewayRig.StartAsync(Config(new GatewayLimits { Sessions = 2 }));
        using var one = await rig.OpenAsync();
        using var two = await rig.OpenAsync();
        using var three = new RigClient(new Uri(rig.Url, "/mcp"));

        using var refused = await three.PostAsync(RigClient.Opening());
        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
        Assert.NotNull(refused.Headers.RetryAfter);
        Assert.Equal("open", (string?)(await RigClient.JsonAsync(refused))["id"]);

        await one.DeleteAsync();
        await three.InitializeAsync();
    }

    [Fact(Timeout = 30_000)]
    public async Task At_the_cap_the_session_that_was_silent_for_longest_gives_way()
    {
        await using var rig = await GatewayRig.StartAsync(Config(new GatewayLimits { Sessions = 3 }));
        using var silent = await rig.OpenAsync();
        rig.Time.Advance(TimeSpan.FromSeconds(30));
        using var later = await rig.OpenAsync();
        using var listening = await rig.OpenAsync();
        using var stream = await listening.ListenAsync();
        Assert.Equal("", await stream.NextAsync());
        rig.Time.Advance(TimeSpan.FromSeconds(31));

        using var next = await rig.OpenAsync();
        Assert.Equal(HttpStatusCode.NotFound, (await silent.PostAsync(silent.Message("ping", "{}"))).StatusCode);
        await later.CallAsync("ping");
        using var refused = new RigClient(new Uri(rig.Url, "/mcp"));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await refused.PostAsync(RigClient.Opening())).StatusCode); // the others were heard of within the minute, or listen
        await listening.CallAsync("ping");
    }

    [Fact(Timeout = 30_000)]
    public async Task As_many_may_come_at_one_time_as_are_silent()
    {
        const int Many = 48;
        await using var rig = await GatewayRig.StartAsync(Config(new GatewayLimits { Sessions = Many }));
        var silent = await Task.WhenAll(Enumerable.Range(0, Many).Select(_ => rig.OpenAsync()));
        rig.Time.Advance(TimeSpan.FromSeconds(61));

        var next = await Task.WhenAll(Enumerable.Range(0, Many).Select(_ => rig.OpenAsync()));

        Assert.Equal(Many, rig.Gateway.Sessions.Count);
        foreach (var client in silent.Concat(next))
            client.Dispose();
    }

    [Fact(Timeout = 30_000)]
    public async Task A_session_without_a_word_expires_and_one_that_listens_or_waits_does_not()
    {
        await using var rig = await GatewayRig.StartAsync("a");
        var server = await rig.LaunchedAsync("a");
        using var silent = await rig.OpenAsync();
        using var listening = await rig.OpenAsync();
        using var waiting = await rig.OpenAsync();
        using var stream = await listening.ListenAsync();
        Assert.Equal("", await stream.NextAsync());
        var call = waiting.PostAsync(waiting.Message("tools/call", """{"name":"a__wait"}"""));
        var request = await server.NextAsync("tools/call");

        rig.Time.Advance(GatewayParts.SessionIdleTimeout + TimeSpan.FromMinutes(1));

        Assert.Equal(HttpStatusCode.NotFound, (await silent.PostAsync(silent.Message("ping", "{}"))).StatusCode);
        await listening.CallAsync("ping");
        await waiting.CallAsync("ping");
        await server.AnswerAsync(request);
        await call;
    }

    [Fact(Timeout = 30_000)]
    public async Task A_session_belongs_to_the_token_that_opened_it()
    {
        await using var rig = await GatewayRig.StartAsync(Config(new GatewayLimits(), ["first", "second"]));
        using var mine = await rig.OpenAsync(token: "first");
        using var other = new RigClient(new Uri(rig.Url, "/mcp"), "second") { SessionId = mine.SessionId };
        using var unknown = new RigClient(new Uri(rig.Url, "/mcp"), "second") { SessionId = "AAAAAAAAAAAAAAAAAAAAAA" };
        using var nobody = new RigClient(new Uri(rig.Url, "/mcp")) { SessionId = mine.SessionId };

        using var theirs = await other.PostAsync(other.Message("tools/list", "{}"));
        using var none = await unknown.PostAsync(unknown.Message("tools/list", "{}"));
        Assert.Equal((HttpStatusCode.NotFound, HttpStatusCode.NotFound), (theirs.StatusCode, none.StatusCode));
        Assert.Equal(await none.Content.ReadAsStringAsync(Cancelled), await theirs.Content.ReadAsStringAsync(Cancelled));
        Assert.Equal(HttpStatusCode.NotFound, (await other.DeleteAsync()).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await nobody.PostAsync(nobody.Message("tools/list", "{}"))).StatusCode);
        await mine.CallAsync("tools/list");
    }

    [Fact(Timeout = 60_000)]
    public async Task When_32_clients_leave_at_once_the_next_one_does_not_wait()
    {
        await using var rig = await GatewayRig.StartAsync("a");
        var server = await rig.LaunchedAsync("a");
        var clients = await Task.WhenAll(Enumerable.Range(0, 32).Select(_ => rig.OpenAsync()));
        var calls = clients.Select(client => client.PostAsync(client.Message("tools/call", """{"name":"a__wait"}"""))).ToArray();
        for (var i = 0; i < calls.Length; i++)
            await server.NextAsync("tools/call");

        await Task.WhenAll(clients.Select(client => client.DeleteAsync()));
        await Task.WhenAll(calls);

        using var next = await rig.OpenAsync();
        Assert.Equal("a", (string?)(await next.CallToolAsync("a__echo"))["result"]!["server"]);
        Assert.Equal(1, rig.Gateway.Sessions.Count);
        foreach (var client in clients)
            client.Dispose();
    }

    [Theory(Timeout = 30_000)]
    [InlineData("""{"jsonrpc":"2.0","id":"open","method":"initialize"}""")]
    [InlineData("""{"jsonrpc":"2.0","id":"open","method":"initialize","params":[]}""")]
    [InlineData("""{"jsonrpc":"2.0","id":"open","method":"initialize","params":{"capabilities":{}}}""")]
    [InlineData("""{"jsonrpc":"2.0","id":"open","method":"initialize","params":{"protocolVersion":5}}""")]
    [InlineData("""{"jsonrpc":"2.0","id":"open","method":"initialize","params":{"protocolVersion":"\ud800"}}""")]
    public async Task A_handshake_that_says_nothing_is_refused_with_its_id(string body)
    {
        await using var rig = await GatewayRig.StartAsync("a");
        using var client = new RigClient(new Uri(rig.Url, "/mcp"));

        using var response = await client.PostAsync(body);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var answer = await RigClient.JsonAsync(response);
        Assert.Equal(("open", -32602), ((string?)answer["id"], (int?)answer["error"]!["code"]));
        Assert.Equal(0, rig.Gateway.Sessions.Count);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_client_of_any_legacy_revision_gets_it_and_of_an_unknown_one_the_latest()
    {
        await using var rig = await GatewayRig.StartAsync("a");
        foreach (var (wanted, given) in ((string, string)[])[("2024-11-05", "2024-11-05"), ("2025-03-26", "2025-03-26"), ("2025-06-18", "2025-06-18"), ("2025-11-25", "2025-11-25"), ("1999-01-01", "2025-11-25")])
        {
            foreach (var path in (string[])["/mcp", "/servers/a/mcp"])
            {
                using var client = new RigClient(new Uri(rig.Url, path));
                Assert.Equal(given, (string?)(await client.InitializeAsync(wanted))["result"]!["protocolVersion"]);
            }
        }
    }

    internal static StewardConfig Config(GatewayLimits limits, IReadOnlyList<string>? tokens = null) =>
        new() { Servers = [GatewayRig.Server("a")], Gateway = new GatewayConfig { Limits = limits, BearerTokens = tokens ?? [] } };
}
