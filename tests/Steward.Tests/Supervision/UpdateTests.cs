using Steward.Configuration;
using Steward.Supervision;
using Steward.Tests.Testing;
using Xunit;

namespace Steward.Tests.Supervision;

/// <summary>Servers that are defined anew, and that are stopped before they come to it where it needs another process.</summary>
public sealed class UpdateTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact(Timeout = 10_000)]
    public async Task What_needs_no_restart_has_its_effect_at_once()
    {
        await using var fleet = new Fleet();
        var run = await fleet.Run();
        var wanted = Fleet.Server() with
        {
            Name = "Files",
            Tags = ["a"],
            Tools = new ToolFilter { Deny = ["x"] },
            AutoApprove = ["y"],
            RequestTimeout = TimeSpan.FromSeconds(1),
            RestartPolicy = RestartPolicy.Never,
            Shutdown = new ShutdownPolicy { Grace = TimeSpan.FromSeconds(1) },
        };

        var status = await fleet.Manager.UpdateServerAsync(wanted, Cancelled);

        Assert.Equal((ServerState.Running, "Files"), (status.State, status.Name));
        Assert.Equal(1, fleet.Launcher.Count);
        Assert.Same(run, fleet.First.Current);
        Assert.Equal(["x"], run.Redefined!.Tools.Deny);
        run.Crash("SIGSEGV");
        await fleet.Reaches(ServerState.Crashed); // by the new policy
    }

    [Fact(Timeout = 10_000)]
    public async Task Disabling_and_enabling_lose_nothing_of_a_definition_that_comes_at_the_same_time()
    {
        await using var fleet = new Fleet();
        for (var round = 0; round < 200; round++)
        {
            var updating = fleet.Manager.UpdateServerAsync(Fleet.Server() with { Disabled = round % 2 == 0, Name = $"{round}" }, Cancelled);
            await Task.WhenAll(updating, fleet.Manager.DisableServerAsync(Fleet.Only, Cancelled), fleet.Manager.EnableServerAsync(Fleet.Only, Cancelled));
            Assert.Equal($"{round}", fleet.Manager.FindConfig(Fleet.Only)!.Name);
        }
    }

    [Fact(Timeout = 10_000)]
    public async Task Another_command_starts_it_anew()
    {
        await using var fleet = new Fleet();
        var old = await fleet.Run();

        var updating = fleet.Manager.UpdateServerAsync(Fleet.Server() with { Args = ["new"], Update = ServerUpdateMode.InPlace }, Cancelled);
        var run = await fleet.Ready();

        Assert.Equal(ServerState.Running, (await updating).State);
        Assert.Equal(["new"], run.Launch.Config.Args);
        Assert.True(old.IsDisposed);
    }

    [Fact(Timeout = 10_000)]
    public async Task A_definition_that_does_not_come_up_gives_way_to_the_one_that_ran_and_both_are_told()
    {
        await using var fleet = new Fleet();
        await fleet.Run();

        var updating = fleet.Manager.UpdateServerAsync(Fleet.Server() with { Args = ["broken"], Update = ServerUpdateMode.InPlace }, Cancelled);
        (await fleet.NextLaunch()).Fail("exit code 2");
        var run = await fleet.Ready();
        var failure = await Assert.ThrowsAsync<ServerUpdateException>(() => updating);

        Assert.Empty(run.Launch.Config.Args);
        Assert.Equal(("exit code 2", ServerState.Running), (failure.Failed.LastError, failure.Restored.State));
        Assert.Equal("Server 'files' did not come up by its new definition (exit code 2); it runs by the old one again.", failure.Message);
        Assert.Empty(fleet.Manager.FindConfig(Fleet.Only)!.Args);
    }

    [Fact(Timeout = 10_000)]
    public async Task Where_the_old_one_does_not_come_up_either_both_errors_are_told()
    {
        await using var fleet = new Fleet();
        await fleet.Run();

        var updating = fleet.Manager.UpdateServerAsync(Fleet.Server() with { Args = ["broken"], Update = ServerUpdateMode.InPlace }, Cancelled);
        (await fleet.NextLaunch()).Fail("exit code 2");
        (await fleet.NextLaunch()).Fail("disk full");
        var failure = await Assert.ThrowsAsync<ServerUpdateException>(() => updating);

        Assert.Equal(
            "Server 'files' did not come up by its new definition (exit code 2); the old one was put back, but did not come up either (disk full).",
            failure.Message);
        Assert.Equal(ServerState.Restarting, fleet.Manager.FindStatus(Fleet.Only)!.State);
    }

    [Fact(Timeout = 10_000)]
    public async Task A_stopped_server_is_only_defined_anew()
    {
        await using var fleet = new Fleet();
        await fleet.Run();
        await fleet.Manager.StopServerAsync(Fleet.Only, Cancelled);

        var status = await fleet.Manager.UpdateServerAsync(Fleet.Server() with { Command = "other" }, Cancelled);

        Assert.Equal(ServerState.Stopped, status.State);
        Assert.Equal(1, fleet.Launcher.Count);
        Assert.Equal("other", fleet.Manager.FindConfig(Fleet.Only)!.Command);
    }

    [Fact(Timeout = 10_000)]
    public async Task A_server_that_had_failed_is_tried_with_its_new_definition_and_keeps_it_whatever_comes()
    {
        await using var fleet = new Fleet();
        fleet.Manager.StartAll();
        (await fleet.NextLaunch()).Fail("no such program", isPermanent: true);
        await fleet.Reaches(ServerState.FailedToStart);

        var updating = fleet.Manager.UpdateServerAsync(Fleet.Server() with { Command = "other" }, Cancelled);
        (await fleet.NextLaunch()).Fail("no such program either", isPermanent: true);

        Assert.Equal((ServerState.FailedToStart, "no such program either"), ((await updating).State, fleet.Manager.FindStatus(Fleet.Only)!.LastError));
        Assert.Equal("other", fleet.Manager.FindConfig(Fleet.Only)!.Command);
    }

    [Fact(Timeout = 10_000)]
    public async Task A_server_that_waits_for_its_next_start_is_tried_at_once()
    {
        await using var fleet = new Fleet();
        fleet.Manager.StartAll();
        (await fleet.NextLaunch()).Fail("no");
        await fleet.Reaches(ServerState.Restarting);

        var updating = fleet.Manager.UpdateServerAsync(Fleet.Server() with { Args = ["new"], Update = ServerUpdateMode.InPlace }, Cancelled);
        var run = await fleet.Ready();

        Assert.Equal(["new"], run.Launch.Config.Args);
        Assert.Equal(ServerState.Running, (await updating).State);
    }

    [Fact(Timeout = 10_000)]
    public async Task A_stop_during_an_update_wins()
    {
        await using var fleet = new Fleet();
        await fleet.Run();
        var updating = fleet.Manager.UpdateServerAsync(Fleet.Server() with { Args = ["new"], Update = ServerUpdateMode.InPlace }, Cancelled);
        _ = await fleet.NextLaunch();

        Assert.Equal(ServerState.Stopped, (await fleet.Manager.StopServerAsync(Fleet.Only, Cancelled)).State);

        Assert.Equal(ServerState.Stopped, (await updating).State);
        Assert.Equal(["new"], fleet.Manager.FindConfig(Fleet.Only)!.Args);
    }

    [Fact(Timeout = 10_000)]
    public async Task A_removal_during_an_update_wins_and_a_later_update_is_not_undone()
    {
        await using var fleet = new Fleet(Fleet.Server(), Fleet.Server("b"));
        fleet.Manager.StartAll();
        (await fleet.NextLaunch()).Succeed();
        (await fleet.NextLaunch()).Succeed();
        await fleet.Reaches(ServerState.Running);
        await fleet.Reaches(ServerState.Running, "b");

        var lost = fleet.Manager.UpdateServerAsync(Fleet.Server() with { Args = ["new"], Update = ServerUpdateMode.InPlace }, Cancelled);
        _ = await fleet.NextLaunch();
        Assert.True(await fleet.Manager.RemoveServerAsync(Fleet.Only, Cancelled));
        var end = await Record.ExceptionAsync(() => lost);
        Assert.True(end is null or UnknownServerException, $"{end}");

        var first = fleet.Manager.UpdateServerAsync(Fleet.Server("b") with { Args = ["1"], Update = ServerUpdateMode.InPlace }, Cancelled);
        var launch = await fleet.NextLaunch();
        var second = fleet.Manager.UpdateServerAsync(Fleet.Server("b") with { Args = ["2"], Update = ServerUpdateMode.InPlace }, Cancelled);
        Assert.Equal(["1"], launch.Config.Args);
        (await fleet.NextLaunch()).Succeed();
        await Task.WhenAll(first, second);
        Assert.Equal(["2"], fleet.Manager.FindConfig("b")!.Args);
    }

    [Fact(Timeout = 10_000)]
    public async Task Other_probes_begin_at_once()
    {
        await using var fleet = new Fleet();
        var run = await fleet.Run();
        await fleet.Manager.UpdateServerAsync(Fleet.Server(health: new HealthPolicy { Interval = TimeSpan.FromSeconds(1) }), Cancelled);

        fleet.Time.Advance(TimeSpan.FromSeconds(1));
        await fleet.Sees(status => status.Health == ServerHealth.Healthy);

        Assert.Equal(1, run.Probes);
    }

    [Fact(Timeout = 10_000)]
    public async Task Whoever_stops_waiting_for_an_update_does_not_stop_it()
    {
        await using var fleet = new Fleet();
        await fleet.Run();
        using var patience = new CancellationTokenSource();
        var updating = fleet.Manager.UpdateServerAsync(Fleet.Server() with { Args = ["new"], Update = ServerUpdateMode.InPlace }, patience.Token);
        var launch = await fleet.NextLaunch();

        await patience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => updating);
        launch.Succeed();

        await fleet.Sees(status => status.State == ServerState.Running && fleet.First.Config.Args.Count == 1);
    }
}
