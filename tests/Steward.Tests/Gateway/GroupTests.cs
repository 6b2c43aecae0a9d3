using System.Net;
using Steward.Configuration;
using Steward.Tests.Server.Channels;
using Xunit;

namespace Steward.Tests.Gateway;

public sealed class GroupTests
{
    private static readonly GroupConfig Pair = new()
    {
        Name = "pair",
        Description = "Two of three",
        Servers = ["a", "b"],
        Tools = new() { Deny = ["*__wait"] },
        Rename = new Dictionary<string, string> { ["b__echo"] = "say" },
        Descriptions = new Dictionary<string, string> { ["b__echo"] = "Says it again." },
    };

    [Fact(Timeout = 30_000)]
    public async Task A_group_shows_its_servers_and_tools_under_its_own_names_and_no_others()
    {
        await using var rig = await StartAsync();
        using var client = await rig.OpenAsync("/groups/pair/mcp");

        var tools = (await client.CallAsync("tools/list"))["result"]!["tools"]!.AsArray();

        Assert.Equal(["a__echo", "say"], tools.Select(tool => (string)tool!["name"]!));
        Assert.Equal("Says it again.", (string?)tools[1]!["description"]);
        Assert.Equal("b", (string?)(await client.CallToolAsync("say"))["result"]!["server"]);
        foreach (var hidden in new[] { "b__echo", "a__wait", "c__echo" })
            Assert.Equal(-32602, (int?)(await client.CallToolAsync(hidden))["error"]!["code"]);
    }

    [Fact(Timeout = 30_000)]
    public async Task What_a_group_is_for_is_said_to_clients_of_both_eras()
    {
        await using var rig = await StartAsync();
        using var legacy = new RigClient(new Uri(rig.Url, "/groups/pair/mcp"));
        using var modern = rig.Modern("/groups/pair/mcp");

        Assert.Equal("Two of three", (string?)(await legacy.InitializeAsync())["result"]!["instructions"]);
        Assert.Equal("Two of three", (string?)(await modern.CallAsync("server/discover"))["result"]!["instructions"]);
        Assert.Equal("b", (string?)(await modern.CallToolAsync("say"))["result"]!["server"]);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_session_of_a_group_is_good_there_alone()
    {
        await using var rig = await StartAsync();
        using var client = await rig.OpenAsync("/groups/pair/mcp");
        using var elsewhere = new RigClient(new Uri(rig.Url, "/mcp")) { SessionId = client.SessionId };

        Assert.Equal(HttpStatusCode.NotFound, (await elsewhere.PostAsync(elsewhere.Message("tools/list", "{}"))).StatusCode);
    }

    [Fact(Timeout = 30_000)]
    public async Task Every_transport_leads_to_a_group()
    {
        await using var rig = await StartAsync();
        using var socket = await RigSocket.OpenAsync(rig, "/groups/pair/ws");
        using var events = await RigEvents.OpenAsync(rig, "/groups/pair/sse");

        await socket.SayAsync("""{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"say"}}""");
        Assert.Equal("b", (string?)(await socket.AnswerAsync())["result"]!["server"]);
        await events.SayAsync("""{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"say"}}""");
        Assert.Equal("b", (string?)(await events.AnswerAsync())["result"]!["server"]);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_client_of_a_group_hears_of_changes_in_it_and_of_no_others()
    {
        await using var rig = await StartAsync();
        var (a, c) = (await rig.LaunchedAsync("a"), await rig.LaunchedAsync("c"));
        using var socket = await RigSocket.OpenAsync(rig, "/groups/pair/ws");

        c.Tools.Add("more");
        await c.SayAsync("""{"jsonrpc":"2.0","method":"notifications/tools/list_changed"}""");
        a.Tools.Add("more");
        await a.SayAsync("""{"jsonrpc":"2.0","method":"notifications/tools/list_changed"}""");
        Assert.Equal("notifications/tools/list_changed", (string?)(await socket.HearAsync())!["method"]);
        await socket.SayAsync("""{"jsonrpc":"2.0","id":1,"method":"tools/list"}""");

        Assert.Contains((await socket.HearAsync())!["result"]!["tools"]!.AsArray(), tool => (string?)tool!["name"] == "a__more");
    }

    [Fact(Timeout = 30_000)]
    public async Task A_group_that_there_is_not_is_told_with_those_there_are()
    {
        await using var rig = await StartAsync();
        using var client = new RigClient(new Uri(rig.Url, "/groups/pear/mcp"));

        var response = await client.PostAsync(RigClient.Opening());

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Equal("There is no group 'pear' here; there are: pair.", (string?)(await RigClient.JsonAsync(response))["error"]!["message"]);
    }

    private static Task<GatewayRig> StartAsync() => GatewayRig.StartAsync(new StewardConfig
    {
        Servers = [GatewayRig.Server("a"), GatewayRig.Server("b"), GatewayRig.Server("c")],
        Groups = [Pair],
    });
}
