using Steward.Configuration;
using Steward.Supervision;
using Steward.Tests.Gateway;
using Steward.Tests.Testing;
using Xunit;

namespace Steward.Tests.Parity;

/// <summary>What the manager of adk-rust gets wrong, as tests that would notice it here.</summary>
public sealed class AdkDefectTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    /// <summary>There, the registry stayed locked as long as a server took for its handshake, and there was no bound to that.</summary>
    [Fact(Timeout = 60_000)]
    public async Task A_process_that_keeps_silent_in_its_handshake_freezes_nothing()
    {
        await using var rig = await RealServers.StartAsync(
            RealServers.Process("silent", "hang-in-initialize") with { StartupTimeout = TimeSpan.FromHours(1) },
            RealServers.Process("good", "echo"));
        var (manager, registry) = (rig.Host.Manager, rig.Host.Registry);
        await manager.WaitForStatusAsync("silent", status => status is { State: ServerState.Starting, Pid: not null }, Cancelled);

        await manager.WaitForStatusAsync("good", status => status.State == ServerState.Running, Cancelled);
        Assert.NotEmpty(await registry.RequestAsync("good", "tools/list", cancellationToken: Cancelled));
        Assert.Equal(ServerState.Running, (await registry.AddAsync(RealServers.Process("more", "echo"), cancellationToken: Cancelled)).Status.State);
        Assert.Equal(ServerState.Running, (await manager.RestartServerAsync("good", Cancelled)).State);
        Assert.True(await registry.RemoveAsync("more", Cancelled));
        Assert.Equal([ServerState.Starting, ServerState.Running], manager.GetAllStatuses().Select(status => status.State));
        Assert.Equal(ServerState.Stopped, (await manager.StopServerAsync("silent", Cancelled)).State);
        _ = manager.StartServerAsync("silent", CancellationToken.None);
        await manager.WaitForStatusAsync("silent", status => status is { State: ServerState.Starting, Pid: not null }, Cancelled);
        await manager.ShutdownAsync(CancellationToken.None);
        Assert.All(manager.GetAllStatuses(), status => Assert.Equal(ServerState.Stopped, status.State));
    }

    [Fact(Timeout = 60_000)]
    public async Task A_handshake_has_a_bound()
    {
        await using var rig = await RealServers.StartAsync(
            RealServers.Process("silent", "hang-in-initialize") with { StartupTimeout = TimeSpan.FromMilliseconds(500), RestartPolicy = RestartPolicy.Never });

        var status = await rig.Host.Manager.WaitForStatusAsync("silent", status => status.State is ServerState.Crashed or ServerState.FailedToStart, Cancelled);

        Assert.Contains("startupTimeoutMs", status.LastError, StringComparison.Ordinal);
        Assert.Null(status.Pid);
    }

    /// <summary>There, one call at a time had a connection, and probes, calls and the stop queued behind it.</summary>
    [Fact(Timeout = 60_000)]
    public async Task A_call_that_takes_for_ever_holds_up_neither_calls_nor_probes_nor_the_stop()
    {
        var probed = new HealthPolicy { Interval = TimeSpan.FromSeconds(10) };
        var server = GatewayRig.Server("a") with { Health = probed, Shutdown = new ShutdownPolicy { Drain = TimeSpan.Zero } };
        await using var rig = await GatewayRig.StartAsync(new StewardConfig { Servers = [server] });
        var process = await rig.LaunchedAsync("a");
        using var client = await rig.OpenAsync();
        using var other = await rig.OpenAsync();
        var slow = client.PostAsync(client.Message("tools/call", """{"name":"a__wait"}"""));
        await process.NextAsync("tools/call");

        Assert.Equal("a", (string?)(await client.CallToolAsync("a__echo"))["result"]!["server"]);
        Assert.Equal("a", (string?)(await other.CallToolAsync("a__echo"))["result"]!["server"]);
        rig.Time.Advance(probed.Interval);
        await rig.Manager.WaitForStatusAsync("a", status => status.Health == ServerHealth.Healthy, Cancelled);
        Assert.Equal(ServerState.Stopped, (await rig.Manager.StopServerAsync("a", Cancelled)).State);

        using var response = await slow;
        var body = await response.Content.ReadAsStringAsync(Cancelled);
        Assert.Contains("\"error\"", body, StringComparison.Ordinal);
    }

    /// <summary>There, one loop looked after all servers, and slept for the back-off of each.</summary>
    [Fact(Timeout = 10_000)]
    public async Task The_back_off_of_one_server_delays_no_other_and_can_be_ended()
    {
        var slow = new RestartPolicy { InitialDelay = TimeSpan.FromHours(1), MaxDelay = TimeSpan.FromHours(1) };
        await using var fleet = new Fleet(Fleet.Server("slow", restart: slow), Fleet.Server("quick"));
        fleet.Launcher.OnLaunch = launch => launch.Succeed();
        fleet.Manager.StartAll();
        await fleet.Reaches(ServerState.Running, "slow");
        await fleet.Reaches(ServerState.Running, "quick");
        Crash(fleet, "slow");
        await fleet.Reaches(ServerState.Restarting, "slow");

        Crash(fleet, "quick");
        var waiting = await fleet.Reaches(ServerState.Restarting, "quick");
        Assert.Equal(TimeSpan.FromSeconds(1), waiting.NextRetryAt - fleet.Time.GetUtcNow());
        fleet.Time.Advance(TimeSpan.FromSeconds(1));
        await fleet.Reaches(ServerState.Running, "quick");

        Assert.Equal(ServerState.Restarting, fleet.Manager.FindStatus("slow")!.State);
        Assert.Equal(ServerState.Stopped, (await fleet.Manager.StopServerAsync("slow", Cancelled)).State);
    }

    /// <summary>There, a server that was started, stopped or updated during its back-off was started once more when that was over.</summary>
    [Theory(Timeout = 10_000)]
    [InlineData("start", ServerState.Running, 2)]
    [InlineData("restart", ServerState.Running, 2)]
    [InlineData("update", ServerState.Running, 2)]
    [InlineData("stop", ServerState.Stopped, 1)]
    [InlineData("disable", ServerState.Disabled, 1)]
    public async Task What_somebody_does_during_the_back_off_is_the_last_word(string act, ServerState expected, int launches)
    {
        await using var fleet = new Fleet();
        fleet.Launcher.OnLaunch = launch => launch.Succeed();
        fleet.Manager.StartAll();
        await fleet.Reaches(ServerState.Running);
        Crash(fleet, Fleet.Only);
        await fleet.Reaches(ServerState.Restarting);

        var status = await (act switch
        {
            "start" => fleet.Manager.StartServerAsync(Fleet.Only, Cancelled),
            "restart" => fleet.Manager.RestartServerAsync(Fleet.Only, Cancelled),
            "update" => fleet.Manager.UpdateServerAsync(Fleet.Server() with { Command = "other" }, Cancelled),
            "stop" => fleet.Manager.StopServerAsync(Fleet.Only, Cancelled),
            _ => fleet.Manager.DisableServerAsync(Fleet.Only, Cancelled),
        });
        var run = fleet.First.Current;
        fleet.Time.Advance(TimeSpan.FromHours(1));
        await fleet.Manager.WaitUntilSettledAsync(Cancelled);

        Assert.Equal((expected, expected, launches), (status.State, fleet.First.Status.State, fleet.Launcher.Count));
        Assert.Same(run, fleet.First.Current);
        Assert.Null(fleet.Launcher.LivedTwice);
    }

    /// <summary>There, stopping a crashed server did nothing, so that it was started again and again.</summary>
    [Theory(Timeout = 10_000)]
    [InlineData(ServerState.Crashed)]
    [InlineData(ServerState.Restarting)]
    [InlineData(ServerState.FailedToStart)]
    public async Task A_server_that_has_failed_can_be_stopped_and_stays_so(ServerState failed)
    {
        var policy = failed == ServerState.Crashed ? RestartPolicy.Never : new RestartPolicy();
        await using var fleet = new Fleet(Fleet.Server(restart: policy));
        fleet.Manager.StartAll();
        var launch = await fleet.NextLaunch();
        launch.Fail("no", isPermanent: failed == ServerState.FailedToStart);
        await fleet.Sees(status => status.State == failed || (failed == ServerState.Crashed && status.State == ServerState.FailedToStart));

        Assert.Equal(ServerState.Stopped, (await fleet.Manager.StopServerAsync(Fleet.Only, Cancelled)).State);
        fleet.Time.Advance(TimeSpan.FromHours(1));
        await fleet.Manager.WaitUntilSettledAsync(Cancelled);

        Assert.Equal((ServerState.Stopped, 1, 0), (fleet.First.Status.State, fleet.Launcher.Count, fleet.Time.ArmedTimers));
    }

    /// <summary>There, a start by hand left the count of failures exhausted: the next crash was the last.</summary>
    [Fact(Timeout = 10_000)]
    public async Task A_server_that_was_given_up_has_all_its_attempts_again_when_somebody_starts_it()
    {
        await using var fleet = new Fleet(Fleet.Server(restart: new RestartPolicy { MaxRestartAttempts = 1 }));
        fleet.Launcher.OnLaunch = launch => launch.Succeed(run => run.Crash("exit code 1"));
        fleet.Manager.StartAll();
        await fleet.WaitOutRetry();
        await fleet.Reaches(ServerState.FailedToStart);

        fleet.Launcher.OnLaunch = launch => launch.Succeed();
        await fleet.Manager.StartServerAsync(Fleet.Only, Cancelled);
        Crash(fleet, Fleet.Only);

        Assert.Equal(1, (await fleet.Reaches(ServerState.Restarting)).ConsecutiveFailures);
    }

    private static void Crash(Fleet fleet, string id) => ((FakeRun)fleet.Manager.Servers.Single(server => server.Id == id).Current!).Crash("exit code 1");
}
