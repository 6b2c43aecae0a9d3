using Steward.Agents;
using Steward.Alerts;
using Steward.Configuration;
using Steward.Gateway;
using Steward.Supervision;
using Steward.Tests.Clients;
using Steward.Tests.Gateway;
using Steward.Tests.Gateway.Parking;
using Steward.Tests.Testing;
using Xunit;

namespace Steward.Tests.Faults;

/// <summary>The clock on the wall is set forward or back by a day; a machine wakes up. What waits, waits as long as it would have.</summary>
public sealed class ClockTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public static TheoryData<int> Days => [1, -1];

    [Theory(Timeout = 30_000)]
    [MemberData(nameof(Days))]
    public async Task Nothing_is_started_again_and_no_pause_becomes_longer_or_shorter(int days)
    {
        await using var fleet = new Fleet(Fleet.Server("well", health: new HealthPolicy()), Fleet.Server("ill"));
        fleet.Launcher.OnLaunch = launch => launch.Succeed();
        fleet.Manager.StartAll();
        await fleet.Reaches(ServerState.Running, "well");
        await fleet.Reaches(ServerState.Running, "ill");
        ((FakeRun)fleet.Manager.Servers[1].Current!).Crash("once");
        await fleet.Reaches(ServerState.Restarting, "ill");
        var launches = fleet.Launcher.Count;

        fleet.Time.Jump(TimeSpan.FromDays(days));

        fleet.Time.Advance(TimeSpan.FromSeconds(1) - TimeSpan.FromTicks(1));
        Assert.Equal((launches, ServerState.Restarting), (fleet.Launcher.Count, fleet.Manager.GetStatus("ill").State));
        fleet.Time.Advance(TimeSpan.FromTicks(1));
        await fleet.Reaches(ServerState.Running, "ill");
        fleet.Time.Advance(new HealthPolicy().Interval);
        await fleet.Sees(status => status.Health == ServerHealth.Healthy, "well");
        Assert.Equal((launches + 1, 0), (fleet.Launcher.Count, fleet.Manager.GetStatus("well").Restarts));
    }

    [Theory(Timeout = 30_000)]
    [MemberData(nameof(Days))]
    public async Task A_server_that_has_just_begun_to_run_has_not_run_for_a_day(int days)
    {
        await using var fleet = new Fleet(Fleet.Server("ill"));
        var run = await fleet.Run();
        fleet.Time.Jump(TimeSpan.FromDays(days));

        run.Crash("once");

        var waiting = await fleet.Reaches(ServerState.Restarting, "ill");
        Assert.Equal(TimeSpan.FromSeconds(1), waiting.NextRetryAt - fleet.Time.GetUtcNow());
    }

    [Theory(Timeout = 30_000)]
    [MemberData(nameof(Days))]
    public async Task A_call_waits_for_a_server_that_is_about_to_be_back(int days)
    {
        await using var rig = await GatewayRig.StartAsync(new StewardConfig { Servers = [GatewayRig.Server("a") with { QueueTimeout = TimeSpan.FromSeconds(10) }] });
        using var client = await rig.OpenAsync();
        (await rig.LaunchedAsync("a")).Crash();
        await rig.Manager.WaitForStatusAsync("a", status => status.State == ServerState.Restarting, Cancelled);
        rig.Time.Jump(TimeSpan.FromDays(days));

        var call = client.CallToolAsync("a__echo");
        while (rig.Gateway.Servers.Find("a")!.Line.Count == 0)
        {
            Assert.False(call.IsCompleted);
            await Task.Yield();
        }

        rig.Time.Advance(TimeSpan.FromSeconds(1.5));
        Assert.Equal("a", (string?)(await call)["result"]!["server"]);
    }

    [Theory]
    [MemberData(nameof(Days))]
    public void An_alert_comes_when_the_interval_is_over(int days)
    {
        var time = new FakeTimeProvider();
        var told = new List<AlertKind>();
        using var desk = new AlertDesk(new AlertsConfig { Webhook = "http://unused.example" }, (_, alert) => told.Add(alert.Kind), time);
        desk.Take(new ServerStatus { Id = "a", Since = time.GetUtcNow(), State = ServerState.Restarting, ConsecutiveFailures = 1, LastError = "exit code 3" });
        time.Jump(TimeSpan.FromDays(days));

        desk.Take(new ServerStatus { Id = "a", Since = time.GetUtcNow(), State = ServerState.Running });
        time.Advance(TimeSpan.FromSeconds(60) - TimeSpan.FromTicks(1));
        Assert.Equal([AlertKind.Crashed], told);
        time.Advance(TimeSpan.FromTicks(1));

        Assert.Equal([AlertKind.Crashed, AlertKind.Recovered], told);
    }

    [Theory(Timeout = 30_000)]
    [MemberData(nameof(Days))]
    public async Task No_session_ends_and_no_call_times_out_before_its_time_and_each_does_then(int days)
    {
        await using var rig = await GatewayRig.StartAsync(new StewardConfig { Servers = [GatewayRig.Server("a") with { RequestTimeout = TimeSpan.FromSeconds(60) }] });
        var server = await rig.LaunchedAsync("a");
        using var client = await rig.OpenAsync();
        var call = client.PostAsync(client.Message("tools/call", """{"name":"a__wait"}"""));
        await server.NextAsync("tools/call");

        rig.Time.Jump(TimeSpan.FromDays(days));
        rig.Time.Advance(TimeSpan.FromSeconds(59));

        await client.CallAsync("ping");
        Assert.False(server.HasHeard("notifications/cancelled"));
        rig.Time.Advance(TimeSpan.FromSeconds(2));
        await server.NextAsync("notifications/cancelled");
        await (await call).Content.ReadAsStringAsync(Cancelled);
        rig.Time.Advance(GatewayParts.SessionIdleTimeout + TimeSpan.FromMinutes(1));
        Assert.Equal(System.Net.HttpStatusCode.NotFound, (await client.PostAsync(client.Message("ping", "{}"))).StatusCode);
    }

    [Theory(Timeout = 30_000)]
    [MemberData(nameof(Days))]
    public async Task A_call_that_waits_for_its_client_is_there_when_he_comes_back(int days)
    {
        await using var rig = await GatewayRig.StartAsync("a");
        var server = await rig.LaunchedAsync("a");
        var client = new DirectClient(rig);
        var (asked, _) = await client.ParkAsync(server);

        rig.Time.Jump(TimeSpan.FromDays(days));

        var retry = await client.WaitAsync(asked, Questions.Responses(asked, Questions.Accepted));
        Assert.True(retry.HasExchange);
        await server.NextAsync("answer");
    }

    /// <summary>A start began tomorrow, by the clock: that is no reason to wait for it a day longer.</summary>
    [Theory(Timeout = 30_000)]
    [MemberData(nameof(Days))]
    public async Task Whoever_waits_for_the_tools_of_a_server_that_starts_waits_no_longer_than_he_wants_to(int days)
    {
        await using var rig = await LibraryRig.StartAsync(server => server.IsSilent = server.Id == "slow", new McpServerManagerOptions(), "a");
        _ = rig.Manager.AddServerAsync(GatewayRig.Server("slow"), cancellationToken: CancellationToken.None);
        await rig.Manager.WaitForStatusAsync("slow", status => status.State == ServerState.Starting, Cancelled);

        rig.Time.Jump(TimeSpan.FromDays(days));
        var patience = TimeSpan.FromSeconds(9.87); // of nobody else
        var tools = rig.Manager.GetToolsAsync(new ServerToolOptions { StartPatience = patience }, Cancelled);
        await Fleet.Until(() => tools.IsCompleted || rig.Time.HasTimer(patience));
        rig.Time.Advance(patience);

        Assert.Equal(2, (await tools).Current.Count);
    }
}
