using Steward.Configuration;
using Steward.Gateway.Waiting;
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

    private static ServerConfig Server(string id) => GatewayRig.Server(id) with { QueueTimeout = TimeSpan.FromSeconds(10) };

    private static WaitingLine Line(GatewayRig rig, string id) => rig.Gateway.Servers.Find(id)!.Line;
}
