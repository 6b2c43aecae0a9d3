using System.Net;
using System.Text.Json.Nodes;
using Steward.Configuration;
using Steward.Supervision;
using Xunit;

namespace Steward.Tests.Gateway;

/// <summary>Clients that are connected while servers come, change and go.</summary>
public sealed class ChangingSetTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact(Timeout = 30_000)]
    public async Task An_added_server_is_reached_at_once_and_clients_hear_of_its_tools()
    {
        await using var rig = await GatewayRig.StartAsync("a");
        using var client = await rig.OpenAsync();
        using var news = await client.ListenAsync();

        await rig.Manager.AddServerAsync(GatewayRig.Server("b"), cancellationToken: Cancelled);
        using var direct = await rig.OpenAsync("/servers/b/mcp");

        Assert.Equal("b", (string?)(await direct.CallToolAsync("echo"))["result"]!["server"]);
        await HearsOfToolsAsync(news);
        Assert.Equal(["a__echo", "a__wait", "b__echo", "b__wait"], await ToolsAsync(client));
        Assert.Equal("b", (string?)(await client.CallToolAsync("b__echo"))["result"]!["server"]);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_removed_server_is_unknown_its_sessions_end_and_other_clients_lose_its_tools()
    {
        await using var rig = await GatewayRig.StartAsync("a", "b");
        using var client = await rig.OpenAsync();
        using var direct = await rig.OpenAsync("/servers/b/mcp");
        using var news = await client.ListenAsync();

        Assert.True(await rig.Manager.RemoveServerAsync("b", Cancelled));

        using var late = await direct.PostAsync(direct.Message("tools/list", "{}"));
        Assert.Equal(HttpStatusCode.NotFound, late.StatusCode);
        using var opening = await new RigClient(new Uri(rig.Url, "/servers/b/mcp")).PostAsync(RigClient.Opening());
        Assert.Equal(HttpStatusCode.NotFound, opening.StatusCode);
        await HearsOfToolsAsync(news);
        Assert.Equal(["a__echo", "a__wait"], await ToolsAsync(client));
        Assert.Equal(-32602, (int?)(await client.CallToolAsync("b__echo"))["error"]!["code"]);
        Assert.Equal(1, rig.Gateway.Sessions.Count);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_call_in_flight_finishes_before_its_server_goes()
    {
        await using var rig = await GatewayRig.StartAsync("a");
        var server = await rig.LaunchedAsync("a");
        using var client = await rig.OpenAsync();
        var call = client.CallToolAsync("a__wait");
        var request = await server.NextAsync("tools/call");

        var removing = rig.Manager.RemoveServerAsync("a", Cancelled);
        await rig.Manager.WaitForStatusAsync("a", status => status.State == ServerState.Stopping, Cancelled);
        var refused = await client.CallToolAsync("a__echo");
        await server.AnswerAsync(request, """{"done":true}""");

        Assert.True((bool?)(await call)["result"]!["done"]);
        Assert.NotNull(refused["error"]);
        Assert.True(await removing);
    }

    [Fact(Timeout = 30_000)]
    public async Task Subscriptions_do_not_outlive_their_server()
    {
        await using var rig = await GatewayRig.StartAsync("a");
        using var client = await rig.OpenAsync();
        var first = await rig.LaunchedAsync("a");
        await client.CallAsync("resources/subscribe", """{"uri":"a:1"}""");
        await first.NextAsync("resources/subscribe");

        await rig.Manager.RemoveServerAsync("a", Cancelled);
        await rig.Manager.AddServerAsync(GatewayRig.Server("a"), cancellationToken: Cancelled);
        var second = await rig.LaunchedAsync("a");
        await rig.Manager.WaitForStatusAsync("a", status => status.State == ServerState.Running, Cancelled);
        using var other = await rig.OpenAsync();
        await other.CallToolAsync("a__echo");
        await second.NextAsync("tools/call");

        Assert.Empty(rig.Gateway.Servers.Find("a")!.Subscriptions.Uris);
        Assert.False(second.HasHeard("resources/subscribe"));
    }

    [Fact(Timeout = 30_000)]
    public async Task Another_filter_restarts_nothing_and_clients_hear_of_the_difference()
    {
        await using var rig = await GatewayRig.StartAsync("a");
        using var client = await rig.OpenAsync();
        using var direct = await rig.OpenAsync("/servers/a/mcp");
        using var news = await client.ListenAsync();
        _ = await rig.LaunchedAsync("a");

        await rig.Manager.UpdateServerAsync(GatewayRig.Server("a") with { Tools = new ToolFilter { Deny = ["wait"] } }, Cancelled);

        await HearsOfToolsAsync(news);
        Assert.Equal(["a__echo"], await ToolsAsync(client));
        Assert.Equal(["echo"], await ToolsAsync(direct));
        Assert.Equal(-32602, (int?)(await direct.CallToolAsync("wait"))["error"]!["code"]);
        await rig.Manager.WaitForStatusAsync("a", status => status.ToolCount == 1, Cancelled);

        await rig.Manager.UpdateServerAsync(GatewayRig.Server("a"), Cancelled);
        await HearsOfToolsAsync(news);
        Assert.Equal(["a__echo", "a__wait"], await ToolsAsync(client));
        Assert.False(rig.HasLaunched("a"));
    }

    [Fact(Timeout = 30_000)]
    public async Task Processes_of_sessions_end_with_their_server()
    {
        await using var rig = await GatewayRig.StartAsync(new StewardConfig { Servers = [GatewayRig.Server("a", ServerIsolation.Session), GatewayRig.Server("b")] });
        using var client = await rig.OpenAsync();
        _ = await rig.LaunchedAsync("a");
        await client.CallToolAsync("a__echo");
        var own = await rig.LaunchedAsync("a");

        await rig.Manager.DisableServerAsync("a", Cancelled);
        Assert.True(own.Peer.Link.Closed.IsCompleted);
        Assert.NotNull((await client.CallToolAsync("a__echo"))["error"]);
        Assert.False(rig.HasLaunched("a"));

        await rig.Manager.EnableServerAsync("a", Cancelled);
        _ = await rig.LaunchedAsync("a");
        using var other = await rig.OpenAsync();
        Assert.Equal("a", (string?)(await other.CallToolAsync("a__echo"))["result"]!["server"]);
    }

    [Fact(Timeout = 30_000)]
    public async Task Listeners_of_the_modern_era_at_a_removed_server_are_let_go()
    {
        await using var rig = await GatewayRig.StartAsync("a", "b");
        using var client = rig.Modern("/servers/b/mcp");
        using var response = await client.PostAsync(client.Message("subscriptions/listen", """ "notifications":{"toolsListChanged":true} """));
        using var stream = await SseReader.OpenAsync(response);
        Assert.Equal("notifications/subscriptions/acknowledged", (string?)(await stream.MessageAsync())["method"]);

        await rig.Manager.RemoveServerAsync("b", Cancelled);

        JsonNode last;
        do
            last = await stream.MessageAsync();
        while (last["result"] is null);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_tag_brings_a_server_into_a_group_and_its_loss_out_of_it()
    {
        await using var rig = await GatewayRig.StartAsync(new StewardConfig
        {
            Servers = [GatewayRig.Server("a") with { Tags = ["work"] }, GatewayRig.Server("b")],
            Groups = [new GroupConfig { Name = "work", Tags = ["work"] }],
        });
        using var client = await rig.OpenAsync("/groups/work/mcp");
        using var news = await client.ListenAsync();
        Assert.Equal(["a__echo", "a__wait"], await ToolsAsync(client));

        await rig.Manager.UpdateServerAsync(GatewayRig.Server("b") with { Tags = ["work"] }, Cancelled);
        await HearsOfToolsAsync(news);
        Assert.Equal(["a__echo", "a__wait", "b__echo", "b__wait"], await ToolsAsync(client));

        await rig.Manager.UpdateServerAsync(GatewayRig.Server("b"), Cancelled);
        await HearsOfToolsAsync(news);
        Assert.Equal(["a__echo", "a__wait"], await ToolsAsync(client));
    }

    /// <summary>The other lists of a server come and go with it, too.</summary>
    private static async Task HearsOfToolsAsync(SseReader news)
    {
        while ((string?)(await news.MessageAsync())["method"] != "notifications/tools/list_changed")
        {
            // The news of another list.
        }
    }

    private static async Task<IEnumerable<string>> ToolsAsync(RigClient client) =>
        (await client.CallAsync("tools/list"))["result"]!["tools"]!.AsArray().Select(tool => (string)tool!["name"]!);
}
