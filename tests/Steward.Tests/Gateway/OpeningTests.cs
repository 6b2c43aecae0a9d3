using Steward.Configuration;
using Steward.Supervision;
using Steward.Tests.Server.Channels;
using Steward.Tests.Testing;
using Xunit;

namespace Steward.Tests.Gateway;

/// <summary>Clients that come while servers are on their way.</summary>
public sealed class OpeningTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact(Timeout = 30_000)]
    public async Task The_answer_to_initialize_comes_before_any_news_of_lists()
    {
        var launches = 0;
        var config = GatewayRig.Server("a") with { QueueTimeout = TimeSpan.FromSeconds(10) };
        await using var rig = await GatewayRig.StartAsync(new StewardConfig { Servers = [config] }, server =>
        {
            if (++launches == 2)
                server.Tools.Add("more");
        });
        (await rig.LaunchedAsync("a")).Crash();
        await rig.Manager.WaitForStatusAsync("a", static status => status.State == ServerState.Restarting, Cancelled);
        using var socket = await RigSocket.ConnectAsync(rig.Url, "/servers/a/ws");

        await socket.SayAsync(RigClient.Opening());
        await Fleet.Until(() => rig.Gateway.Servers.Find("a")!.Line.Count == 1);
        rig.Time.Advance(TimeSpan.FromSeconds(1.5));

        Assert.Equal("open", (string?)(await socket.HearAsync())!["id"]);
    }

    [Fact(Timeout = 30_000)]
    public async Task Who_comes_before_servers_have_said_what_they_are_is_told_that_there_may_be_tasks()
    {
        await using var rig = await GatewayRig.StartAsync(new StewardConfig { Servers = [GatewayRig.Server("a")] }, static server => server.Keeps = "initialize", waits: false);
        var server = await rig.LaunchedAsync("a");
        var opening = await server.NextAsync("initialize");
        using var early = new RigClient(new Uri(rig.Url, "/mcp"));
        using var modern = rig.Modern();

        Assert.NotNull((await early.InitializeAsync())["result"]!["capabilities"]!["tasks"]);
        Assert.NotNull((await modern.CallAsync("server/discover"))["result"]!["capabilities"]!["extensions"]);
        await server.AnswerAsync(opening, """{"protocolVersion":"2025-11-25","capabilities":{"tools":{}},"serverInfo":{"name":"scripted","version":"1"}}""");
        await rig.Manager.WaitForStatusAsync("a", static status => status.State == ServerState.Running, Cancelled);

        Assert.Empty((await early.CallAsync("tasks/list"))["result"]!["tasks"]!.AsArray());
        using var late = new RigClient(new Uri(rig.Url, "/mcp"));
        Assert.Null((await late.InitializeAsync())["result"]!["capabilities"]!["tasks"]);
        Assert.Null((await modern.CallAsync("server/discover"))["result"]!["capabilities"]!["extensions"]);
        Assert.Equal(-32601, (int?)(await late.CallAsync("tasks/list"))["error"]!["code"]);
    }
}
