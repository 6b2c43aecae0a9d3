using Steward.Configuration;
using Steward.Supervision;
using Xunit;

namespace Steward.Tests.Gateway;

/// <summary>The tools of one server that has a filter for them, asked for while it has not listed any yet.</summary>
public sealed class FilteredListTests
{
    private const string Handshake = """{"protocolVersion":"2025-11-25","capabilities":{"tools":{}},"serverInfo":{"name":"scripted","version":"1"}}""";

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact(Timeout = 30_000)]
    public async Task A_list_waits_for_the_first_start_of_its_server()
    {
        await using var rig = await GatewayRig.StartAsync(new StewardConfig { Servers = [Server()] }, static server => server.Keeps = "initialize", waits: false);
        var server = await rig.LaunchedAsync("a");
        var opening = await server.NextAsync("initialize");
        using var modern = rig.Modern("/servers/a/mcp");
        using var legacy = new RigClient(new Uri(rig.Url, "/mcp"));
        await legacy.InitializeAsync();

        var list = modern.CallAsync("tools/list");
        for (var other = 0; other < 5; other++)
            await legacy.CallAsync("ping"); // what was sent before is in by now
        await server.AnswerAsync(opening, Handshake);

        Assert.Equal("echo", (string?)Assert.Single((await list)["result"]!["tools"]!.AsArray())!["name"]);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_list_of_a_server_that_is_down_is_refused_and_not_empty()
    {
        await using var rig = await GatewayRig.StartAsync(new StewardConfig { Servers = [Server()] });
        using var legacy = await rig.OpenAsync("/servers/a/mcp");
        await rig.Manager.StopServerAsync("a", Cancelled);

        var error = (await legacy.CallAsync("tools/list"))["error"]!;

        Assert.Equal("not_sent", (string?)error["data"]!["steward"]);
        Assert.Contains("Server 'a' is Stopped", (string?)error["message"], StringComparison.Ordinal);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_list_of_a_server_that_was_never_listed_wakes_it()
    {
        var fails = true;
        var lazy = Server() with { Start = ServerStart.Lazy, RestartPolicy = new RestartPolicy { Jitter = 0 } };
        await using var rig = await GatewayRig.StartAsync(new StewardConfig { Servers = [lazy] }, server =>
        {
            if (fails)
                server.Crash();
        }, waits: false);
        await rig.Manager.WaitForStatusAsync("a", static status => status.State == ServerState.Restarting, Cancelled);
        await Assert.ThrowsAsync<ServerStartException>(() => rig.Manager.StartServerAsync("a", Cancelled)); // by somebody who does not wait for it
        rig.Time.Advance(TimeSpan.FromMinutes(1));
        await rig.Manager.WaitForStatusAsync("a", static status => status is { State: ServerState.Stopped, StartsOnCall: true }, Cancelled);
        fails = false;
        using var modern = rig.Modern("/servers/a/mcp");

        Assert.Equal("echo", (string?)Assert.Single((await modern.CallAsync("tools/list"))["result"]!["tools"]!.AsArray())!["name"]);
    }

    private static ServerConfig Server() => GatewayRig.Server("a") with { QueueTimeout = TimeSpan.FromSeconds(10), Tools = new ToolFilter { Deny = ["wait"] } };
}
