using Steward.Configuration;
using Steward.Gateway.Waiting;
using Steward.Supervision;
using Steward.Tests.Testing;
using Xunit;

namespace Steward.Tests.Gateway;

/// <summary>Calls by names that nobody has yet: of servers that are on their way, among others that are.</summary>
public sealed class LearningTests
{
    private const string Handshake = """{"protocolVersion":"2025-11-25","capabilities":{"tools":{}},"serverInfo":{"name":"scripted","version":"1"}}""";

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory(Timeout = 30_000)]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_call_goes_on_as_soon_as_its_tool_is_known_though_another_server_hangs_in_its_start(bool isModern)
    {
        await using var rig = await GatewayRig.StartAsync(new StewardConfig { Servers = [Server("a")] });
        rig.Script = static server => server.Keeps = server.Id == "a" ? null : "initialize";
        using var legacy = await rig.OpenAsync();
        using var modern = rig.Modern();
        Task[] adding = [rig.Manager.AddServerAsync(Server("hangs"), cancellationToken: Cancelled), rig.Manager.AddServerAsync(Server("comes"), cancellationToken: Cancelled)];
        var comes = await rig.LaunchedAsync("comes");
        var opening = await comes.NextAsync("initialize");
        await (await rig.LaunchedAsync("hangs")).NextAsync("initialize");

        var call = isModern ? modern.CallToolAsync("comes__echo") : legacy.CallToolAsync("comes__echo");
        await Fleet.Until(() => Line(rig, "hangs").Count == 1 && Line(rig, "comes").Count == 1);
        await comes.AnswerAsync(opening, Handshake);

        Assert.Equal("comes", (string?)(await call)["result"]!["server"]);
        await Fleet.Until(() => Line(rig, "hangs").Count == 0); // nobody waits there any more
        Assert.Equal(0, rig.Gateway.Sessions.All.Single().CallsInFlight);
        await rig.Manager.StopServerAsync("hangs", Cancelled);
        await Task.WhenAll(adding).ContinueWith(static _ => { }, TaskScheduler.Default);
    }

    [Theory(Timeout = 30_000)]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_call_during_the_first_starts_goes_on_as_soon_as_its_tool_is_known(bool isModern)
    {
        await using var rig = await GatewayRig.StartAsync(new StewardConfig { Servers = [Server("comes"), Server("hangs")] }, static server => server.Keeps = "initialize", waits: false);
        var comes = await rig.LaunchedAsync("comes");
        var opening = await comes.NextAsync("initialize");
        using var legacy = new RigClient(new Uri(rig.Url, "/mcp"));
        await legacy.InitializeAsync();
        using var modern = rig.Modern();

        var call = isModern ? modern.CallToolAsync("comes__echo") : legacy.CallToolAsync("comes__echo");
        for (var other = 0; other < 5; other++)
            await legacy.CallAsync("ping"); // what was sent before is in by now
        await comes.AnswerAsync(opening, Handshake);

        Assert.Equal("comes", (string?)(await call)["result"]!["server"]); // though the clock stands still
    }

    [Fact(Timeout = 30_000)]
    public async Task A_client_that_goes_while_its_tool_is_looked_for_leaves_nothing_behind()
    {
        await using var rig = await GatewayRig.StartAsync(new StewardConfig { Servers = [Server("a")] });
        rig.Script = static server => server.Keeps = "initialize";
        using var legacy = await rig.OpenAsync();
        using var modern = rig.Modern();
        var adding = rig.Manager.AddServerAsync(Server("hangs"), cancellationToken: Cancelled);
        await (await rig.LaunchedAsync("hangs")).NextAsync("initialize");
        using var hangUp = new CancellationTokenSource();
        var call = modern.PostAsync(modern.Message("tools/call", "\"name\":\"hangs__echo\""), cancelled: hangUp.Token);
        await Fleet.Until(() => Line(rig, "hangs").Count == 1);

        await hangUp.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        await Fleet.Until(() => Line(rig, "hangs").Count == 0);
        await rig.Manager.StopServerAsync("hangs", Cancelled);
        await adding.ContinueWith(static _ => { }, TaskScheduler.Default);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_tool_of_a_server_that_comes_up_for_the_first_time_is_waited_for_by_its_merged_name()
    {
        await using var rig = await GatewayRig.StartAsync(new StewardConfig { Servers = [Server("a")] });
        using var client = await rig.OpenAsync();
        Assert.Contains("Unknown tool", (string?)(await client.CallToolAsync("b__echo"))["error"]!["message"], StringComparison.Ordinal);
        var may = new TaskCompletionSource();
        rig.Script = server => server.ReadsOn = server.Id == "b" ? may.Task : Task.CompletedTask;
        var adding = rig.Manager.AddServerAsync(Server("b"), cancellationToken: Cancelled);
        await rig.Manager.WaitForStatusAsync("b", status => status.State == ServerState.Starting, Cancelled);

        var call = client.CallToolAsync("b__echo");
        await Fleet.Until(() => Line(rig, "b").Count == 1);
        may.SetResult();

        Assert.Equal("b", (string?)(await call)["result"]!["server"]);
        await adding;
    }

    [Theory(Timeout = 30_000)]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_first_start_that_takes_longer_than_lists_wait_for_is_waited_for_like_any_other(bool isModern)
    {
        await using var rig = await GatewayRig.StartAsync(new StewardConfig { Servers = [Server("a")] }, static server => server.Keeps = "initialize", waits: false);
        var server = await rig.LaunchedAsync("a");
        var opening = await server.NextAsync("initialize");
        using var legacy = new RigClient(new Uri(rig.Url, "/mcp"));
        await legacy.InitializeAsync();
        using var modern = rig.Modern();

        var early = isModern ? modern.CallToolAsync("a__echo") : legacy.CallToolAsync("a__echo");
        var lists = legacy.CallAsync("tools/list");
        for (var other = 0; other < 5; other++)
            await legacy.CallAsync("ping"); // what was sent before is in by now
        rig.Time.Advance(TimeSpan.FromSeconds(3));
        Assert.Empty((await lists)["result"]!["tools"]!.AsArray());
        var late = isModern ? modern.CallToolAsync("a__echo") : legacy.CallToolAsync("a__echo");
        await Fleet.Until(() => Line(rig, "a").Count == 2);
        await server.AnswerAsync(opening, Handshake);

        foreach (var call in new[] { early, late })
            Assert.Equal("a", (string?)(await call)["result"]!["server"]);
    }

    [Fact(Timeout = 60_000)]
    public async Task Who_comes_during_the_first_starts_never_misses_a_server_that_has_just_come_up()
    {
        string[] ids = [.. Enumerable.Range(0, 8).Select(number => $"s{number}")];
        for (var round = 0; round < 40; round++)
        {
            await using var rig = await GatewayRig.StartAsync(new StewardConfig { Servers = [.. ids.Select(id => Server(id))] }, waits: false);
            using var client = new RigClient(new Uri(rig.Url, "/mcp"));
            await client.InitializeAsync();
            var listed = (await client.CallAsync("tools/list"))["result"]!["tools"]!.AsArray();
            Assert.Equal(ids.Length * 2, listed.Count);
        }
    }

    [Fact(Timeout = 30_000)]
    public async Task A_tool_is_known_by_its_merged_name_as_soon_as_its_server_runs()
    {
        await using var rig = await GatewayRig.StartAsync(new StewardConfig { Servers = [Server("a")] });
        using var modern = rig.Modern();
        for (var round = 0; round < 20; round++)
        {
            await rig.Manager.AddServerAsync(Server("b"), cancellationToken: Cancelled);
            var answer = await modern.CallToolAsync("b__echo");
            Assert.True((string?)answer["result"]?["server"] == "b", $"round {round}: {answer}");
            await rig.Manager.RemoveServerAsync("b", Cancelled);
        }
    }

    private static ServerConfig Server(string id) => GatewayRig.Server(id) with { QueueTimeout = TimeSpan.FromSeconds(10) };

    private static WaitingLine Line(GatewayRig rig, string id) => rig.Gateway.Servers.Find(id)!.Line;
}
