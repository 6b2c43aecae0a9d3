using Steward.Configuration;
using Steward.Tests.Gateway;
using Xunit;

namespace Steward.Tests.Server.Mcp;

/// <summary><c>subscriptions/listen</c>: what it promises, what comes on it, and how it ends.</summary>
public sealed class SubscriptionTests
{
    private const string SubscriptionId = "io.modelcontextprotocol/subscriptionId";
    private const string All = """{"toolsListChanged":true,"promptsListChanged":true,"resourcesListChanged":true,"resourceSubscriptions":["a:1"]}""";

    [Fact(Timeout = 30_000)]
    public async Task The_acknowledgement_comes_first_and_says_what_will_be_heard()
    {
        await using var rig = await GatewayRig.StartAsync("a");
        using var client = rig.Modern();

        using var stream = await ListenAsync(client, """{"toolsListChanged":true,"promptsListChanged":false,"resourceSubscriptions":["a:1","nowhere:1"],"other":[1]}""");
        var first = await stream.MessageAsync();

        Assert.Equal("notifications/subscriptions/acknowledged", (string?)first["method"]);
        Assert.Equal(1, (int)first["params"]!["_meta"]![SubscriptionId]!);
        Assert.Equal("""{"toolsListChanged":true,"resourceSubscriptions":["a:1"]}""", first["params"]!["notifications"]!.ToJsonString());
        Assert.Null(stream.LastId);
    }

    [Fact(Timeout = 30_000)]
    public async Task On_a_servers_own_endpoint_only_what_it_has_is_promised()
    {
        await using var rig = await GatewayRig.StartAsync(server => server.Capabilities = """{"tools":{},"resources":{}}""", "a");
        using var client = rig.Modern("/servers/a/mcp");

        using var stream = await ListenAsync(client, All);

        Assert.Equal("""{"toolsListChanged":true,"resourcesListChanged":true}""", (await stream.MessageAsync())["params"]!["notifications"]!.ToJsonString());
    }

    [Theory(Timeout = 30_000)]
    [InlineData("/mcp")]
    [InlineData("/servers/a/mcp")]
    public async Task Changed_lists_come_to_those_who_asked_for_them(string path)
    {
        await using var rig = await GatewayRig.StartAsync("a");
        var server = await rig.LaunchedAsync("a");
        using var client = rig.Modern(path);
        using var tools = await ListenAsync(client, """{"toolsListChanged":true}""");
        using var prompts = await ListenAsync(client, """{"promptsListChanged":true,"resourceSubscriptions":["a:1"]}""");
        await tools.MessageAsync();
        await prompts.MessageAsync();

        server.Tools.Add("new");
        await server.SayAsync("""{"jsonrpc":"2.0","method":"notifications/tools/list_changed"}""");

        var changed = await tools.MessageAsync();
        Assert.Equal(("notifications/tools/list_changed", 1), ((string?)changed["method"], (int)changed["params"]!["_meta"]![SubscriptionId]!));
        await server.SayAsync("""{"jsonrpc":"2.0","method":"notifications/resources/updated","params":{"uri":"a:1"}}""");
        Assert.Equal("notifications/resources/updated", (string?)(await prompts.MessageAsync())["method"]); // and nothing before it
    }

    [Fact(Timeout = 30_000)]
    public async Task Updates_name_the_subscription_and_keep_what_the_server_says_beside()
    {
        await using var rig = await GatewayRig.StartAsync("a");
        var server = await rig.LaunchedAsync("a");
        using var client = rig.Modern();
        using var stream = await ListenAsync(client, All);
        await stream.MessageAsync();

        await server.SayAsync("""{"jsonrpc":"2.0","method":"notifications/resources/updated","params":{"uri":"a:1"}}""");
        await server.SayAsync("""{"jsonrpc":"2.0","method":"notifications/resources/updated","params":{"_meta":{},"uri":"a:1"}}""");
        await server.SayAsync("""{"jsonrpc":"2.0","method":"notifications/resources/updated","params":{"uri":"a:1","_meta":{"own":1.0,"io.modelcontextprotocol/subscriptionId":"foreign"}}}""");
        await server.SayAsync("""{"jsonrpc":"2.0","method":"notifications/resources/updated","params":{"uri":"a:2"}}""");
        await server.SayAsync("""{"jsonrpc":"2.0","method":"notifications/resources/updated","params":{"uri":"a:1","title":"last"}}""");

        foreach (var expected in (string[])["""{"_meta":{"ID":1},"uri":"a:1"}""", """{"_meta":{"ID":1},"uri":"a:1"}""", """{"uri":"a:1","_meta":{"own":1.0,"ID":1}}""", """{"_meta":{"ID":1},"uri":"a:1","title":"last"}"""])
            Assert.Equal(expected.Replace("ID", SubscriptionId, StringComparison.Ordinal), (await stream.MessageAsync())["params"]!.ToJsonString());
    }

    [Fact(Timeout = 30_000)]
    public async Task A_server_reports_until_the_last_listener_is_gone()
    {
        await using var rig = await GatewayRig.StartAsync("a");
        var server = await rig.LaunchedAsync("a");
        using var client = rig.Modern();
        var first = await ListenAsync(client, All);
        await first.MessageAsync();
        Assert.Equal("a:1", (string?)(await server.NextAsync("resources/subscribe"))["params"]!["uri"]);
        var second = await ListenAsync(client, All);
        await second.MessageAsync();

        first.Dispose();
        second.Dispose();

        Assert.Equal("a:1", (string?)(await server.NextAsync("resources/unsubscribe"))["params"]!["uri"]);
        Assert.False(server.HasHeard("resources/unsubscribe"));
    }

    [Fact(Timeout = 30_000)]
    public async Task A_server_that_comes_back_is_subscribed_again()
    {
        await using var rig = await GatewayRig.StartAsync("a");
        var server = await rig.LaunchedAsync("a");
        using var client = rig.Modern();
        using var stream = await ListenAsync(client, All);
        await stream.MessageAsync();

        server.Crash();
        await rig.Manager.WaitForStatusAsync("a", status => status.State == Steward.Supervision.ServerState.Restarting, TestContext.Current.CancellationToken);
        rig.Time.Advance(TimeSpan.FromSeconds(5));
        var next = await rig.LaunchedAsync("a");

        await next.NextAsync("resources/subscribe");
        await next.SayAsync("""{"jsonrpc":"2.0","method":"notifications/resources/updated","params":{"uri":"a:1"}}""");
        Assert.Equal("notifications/resources/updated", (string?)(await stream.MessageAsync())["method"]);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_quiet_subscription_is_kept_alive()
    {
        await using var rig = await GatewayRig.StartAsync("a");
        using var client = rig.Modern();
        using var stream = await ListenAsync(client, "{}");
        await stream.MessageAsync();

        var comment = stream.NextAsync();
        while (!comment.IsCompleted)
        {
            rig.Time.Advance(TimeSpan.FromSeconds(5));
            await Task.Yield(); // until the reader waits
        }

        Assert.Equal(": keep-alive", await comment);
    }

    [Fact(Timeout = 30_000)]
    public async Task When_Steward_stops_the_request_is_answered()
    {
        await using var rig = await GatewayRig.StartAsync("a");
        using var client = rig.Modern();
        using var stream = await ListenAsync(client, All);
        await stream.MessageAsync();

        var stopping = rig.Gateway.StopAsync(CancellationToken.None);

        var last = await stream.MessageAsync();
        Assert.Equal(1, (int)last["id"]!);
        Assert.Equal($$$"""{"resultType":"complete","_meta":{"{{{SubscriptionId}}}":1}}""", last["result"]!.ToJsonString());
        Assert.Null(await stream.NextAsync());
        await stopping;
    }

    [Theory(Timeout = 30_000)]
    [InlineData("")]
    [InlineData("\"notifications\":[]")]
    [InlineData("\"notifications\":{\"toolsListChanged\":1}")]
    [InlineData("\"notifications\":{\"resourceSubscriptions\":[1]}")]
    public async Task A_filter_that_is_none_is_refused(string parameters)
    {
        await using var rig = await GatewayRig.StartAsync("a");
        using var client = rig.Modern();

        var answer = await client.CallAsync("subscriptions/listen", parameters);

        Assert.Equal(-32602, (int)answer["error"]!["code"]!);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_client_has_so_many_subscriptions_and_no_more()
    {
        await using var rig = await GatewayRig.StartAsync(new StewardConfig { Servers = [GatewayRig.Server("a")], Gateway = new GatewayConfig { Limits = new GatewayLimits { CallsInFlight = 2 } } });
        using var client = rig.Modern();
        using var first = await ListenAsync(client, "{}");
        using var second = await ListenAsync(client, "{}");

        var answer = await client.CallAsync("subscriptions/listen", "\"notifications\":{}");

        Assert.Contains("gateway.limits.callsInFlight", (string?)answer["error"]!["message"], StringComparison.Ordinal);
    }

    private static Task<SseReader> ListenAsync(ModernRigClient client, string filter) => client.StreamAsync("subscriptions/listen", $"\"notifications\":{filter}");
}
