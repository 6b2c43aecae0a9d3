using Steward.Configuration;
using Steward.Supervision;
using Steward.Tests.Testing;
using Xunit;

namespace Steward.Tests.Supervision;

/// <summary>Servers that come, go, and are switched off and on.</summary>
public sealed class ServerSetTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact(Timeout = 10_000)]
    public async Task An_added_server_stands_last_and_is_started_like_the_others()
    {
        await using var fleet = new Fleet();
        await fleet.Run();

        var adding = fleet.Manager.AddServerAsync(Fleet.Server("more") with { Name = "More", Tags = ["new"] }, cancellationToken: Cancelled);
        var run = await fleet.Ready();
        var status = await adding;

        Assert.Equal((ServerState.Running, "More", ServerOrigin.Registered), (status.State, status.Name, status.Origin));
        Assert.Equal([Fleet.Only, "more"], fleet.Manager.GetAllStatuses().Select(other => other.Id));
        Assert.Equal(["new"], fleet.Manager.FindConfig("more")!.Tags);
        Assert.Equal("more", run.Launch.Config.Id);
    }

    [Fact(Timeout = 10_000)]
    public async Task What_is_added_before_the_start_or_disabled_or_without_start_waits()
    {
        await using var fleet = new Fleet();
        Assert.Equal(ServerState.Stopped, (await fleet.Manager.AddServerAsync(Fleet.Server("early"), cancellationToken: Cancelled)).State);
        fleet.Manager.StartAll();

        Assert.Equal(ServerState.Disabled, (await fleet.Manager.AddServerAsync(Fleet.Server("off") with { Disabled = true }, cancellationToken: Cancelled)).State);
        Assert.Equal(ServerState.Stopped, (await fleet.Manager.AddServerAsync(Fleet.Server("later"), start: false, Cancelled)).State);
        Assert.Equal([Fleet.Only, "early"], new[] { (await fleet.NextLaunch()).Config.Id, (await fleet.NextLaunch()).Config.Id }.OrderDescending());
    }

    [Fact(Timeout = 10_000)]
    public async Task An_id_cannot_be_added_twice_and_a_bad_definition_not_at_all()
    {
        await using var fleet = new Fleet();

        Assert.Equal(Fleet.Only, (await Assert.ThrowsAsync<ServerExistsException>(() => fleet.Manager.AddServerAsync(Fleet.Server(), cancellationToken: Cancelled))).Id);
        await Assert.ThrowsAsync<ConfigException>(() => fleet.Manager.AddServerAsync(Fleet.Server("../../server"), cancellationToken: Cancelled));
        await Assert.ThrowsAsync<ConfigException>(() => fleet.Manager.AddServerAsync(new ServerConfig { Id = "empty" }, cancellationToken: Cancelled));
        await Assert.ThrowsAsync<ConfigException>(() => fleet.Manager.UpdateServerAsync(new ServerConfig { Id = Fleet.Only }, Cancelled));
        await Assert.ThrowsAsync<UnknownServerException>(() => fleet.Manager.UpdateServerAsync(Fleet.Server("nobody"), Cancelled));
        await Assert.ThrowsAsync<UnknownServerException>(() => fleet.Manager.EnableServerAsync("nobody", Cancelled));
        await Assert.ThrowsAsync<UnknownServerException>(() => fleet.Manager.DisableServerAsync("nobody", Cancelled));
        Assert.Single(fleet.Manager.GetAllStatuses());
    }

    [Fact(Timeout = 10_000)]
    public async Task A_removed_server_has_ended_when_the_removal_returns_and_is_unknown_then()
    {
        await using var fleet = new Fleet();
        var gate = new TaskCompletionSource();
        var run = await fleet.Run(run => run.OnStop = _ => gate.Task);

        var removing = fleet.Manager.RemoveServerAsync(Fleet.Only, Cancelled);
        await run.StopRequested;
        var second = fleet.Manager.RemoveServerAsync(Fleet.Only, Cancelled);
        Assert.False(removing.IsCompleted || second.IsCompleted);
        await Assert.ThrowsAsync<UnknownServerException>(() => fleet.Manager.StartServerAsync(Fleet.Only, Cancelled));
        gate.SetResult();

        Assert.True(await removing);
        Assert.False(await second);
        Assert.False(await fleet.Manager.RemoveServerAsync(Fleet.Only, Cancelled));
        Assert.True(run.IsDisposed);
        Assert.Null(fleet.Manager.FindStatus(Fleet.Only));
        Assert.Empty(fleet.Manager.GetAllStatuses());
        await Assert.ThrowsAsync<UnknownServerException>(() => fleet.Manager.StopServerAsync(Fleet.Only, Cancelled));
    }

    [Fact(Timeout = 10_000)]
    public async Task Whatever_breaks_over_a_removal_the_server_ends_and_its_id_is_free()
    {
        await using var fleet = new Fleet();
        var run = await fleet.Run();
        fleet.Manager.Releasing = _ => throw new InvalidDataException("a bug of ours");
        fleet.Manager.Removed = _ => throw new InvalidDataException("another");
        fleet.Manager.Forgetting = _ => Task.FromException(new InvalidDataException("and another"));

        Assert.True(await fleet.Manager.RemoveServerAsync(Fleet.Only, Cancelled));

        Assert.True(run.IsDisposed);
        var adding = fleet.Manager.AddServerAsync(Fleet.Server(), cancellationToken: Cancelled);
        await fleet.Ready();
        Assert.Equal(ServerState.Running, (await adding).State);
    }

    [Fact(Timeout = 10_000)]
    public async Task Watchers_see_the_removal_and_whoever_waits_for_the_server_is_told()
    {
        await using var fleet = new Fleet();
        await fleet.Run();
        await using var reader = fleet.Manager.WatchAsync(Cancelled).GetAsyncEnumerator(Cancelled);
        Assert.True(await reader.MoveNextAsync());
        var waiting = fleet.Manager.WaitForStatusAsync(Fleet.Only, status => status.Restarts > 0, Cancelled);

        await fleet.Manager.RemoveServerAsync(Fleet.Only, Cancelled);

        var seen = new List<(ServerState, bool)>();
        while (seen.Count == 0 || !seen[^1].Item2)
        {
            Assert.True(await reader.MoveNextAsync());
            seen.Add((reader.Current.State, reader.Current.IsRemoved));
        }

        Assert.Equal([(ServerState.Stopping, false), (ServerState.Stopped, false), (ServerState.Stopped, true)], seen);
        await Assert.ThrowsAsync<UnknownServerException>(() => waiting);
    }

    [Fact(Timeout = 10_000)]
    public async Task A_server_that_comes_again_waits_for_the_end_of_the_old_one_and_counts_on()
    {
        await using var fleet = new Fleet();
        var gate = new TaskCompletionSource();
        var run = await fleet.Run(run => run.OnStop = _ => gate.Task);
        var removing = fleet.Manager.RemoveServerAsync(Fleet.Only, Cancelled);
        await run.StopRequested;
        var last = fleet.Manager.FindStatus(Fleet.Only)!.Version;

        var adding = fleet.Manager.AddServerAsync(Fleet.Server(), cancellationToken: Cancelled);
        Assert.False(adding.IsCompleted);
        gate.SetResult();
        await removing;
        await fleet.Ready();

        Assert.True((await adding).Version > last);
        Assert.Null(fleet.Launcher.LivedTwice);
    }

    [Fact(Timeout = 10_000)]
    public async Task Where_the_old_one_does_not_end_in_time_the_new_one_is_not_started_beside_it()
    {
        await using var fleet = new Fleet();
        var gate = new TaskCompletionSource();
        await RemoveInVainAsync(fleet, gate.Task);

        var adding = fleet.Manager.AddServerAsync(Fleet.Server(), cancellationToken: Cancelled);
        await fleet.Reaches(ServerState.Starting);
        Assert.Equal(1, fleet.Launcher.Count);
        gate.SetResult();
        await fleet.Ready();

        Assert.Equal(ServerState.Running, (await adding).State);
        Assert.Null(fleet.Launcher.LivedTwice);
    }

    [Fact(Timeout = 10_000)]
    public async Task Where_the_old_one_never_ends_the_new_one_says_so_and_can_be_stopped_and_removed()
    {
        await using var fleet = new Fleet();
        var gate = new TaskCompletionSource();
        await RemoveInVainAsync(fleet, gate.Task);

        var patience = TimeSpan.FromSeconds(29.5); // of nobody else
        await fleet.Manager.AddServerAsync(Fleet.Server() with { StartupTimeout = patience }, start: false, Cancelled);
        var starting = fleet.Manager.StartServerAsync(Fleet.Only, Cancelled);
        await Fleet.Until(() => fleet.Time.HasTimer(patience)); // until the launch waits, time does not count for it
        fleet.Time.Advance(patience);

        var failed = await fleet.Reaches(ServerState.Restarting);
        Assert.Equal("The process of the server that had the id 'files' before, and was removed, has still not ended after 29.5 s (startupTimeoutMs), and two are never run at one time. See what keeps it from ending, or use another id.", failed.LastError);
        await fleet.WaitOutRetry();
        await fleet.Reaches(ServerState.Starting);
        Assert.Equal(ServerState.Stopped, (await fleet.Manager.StopServerAsync(Fleet.Only, Cancelled)).State);
        _ = await Record.ExceptionAsync(() => starting);
        Assert.True(await fleet.Manager.RemoveServerAsync(Fleet.Only, Cancelled)); // at once: the clock stands

        var adding = fleet.Manager.AddServerAsync(Fleet.Server(), cancellationToken: Cancelled);
        await fleet.Reaches(ServerState.Starting);
        Assert.Equal(1, fleet.Launcher.Count);
        gate.SetResult();
        await fleet.Ready();
        await adding;
        Assert.Null(fleet.Launcher.LivedTwice);
    }

    [Fact(Timeout = 10_000)]
    public async Task A_server_that_waits_for_its_next_start_can_be_removed_and_disabled()
    {
        await using var fleet = new Fleet(Fleet.Server(), Fleet.Server("b"));
        fleet.Manager.StartAll();
        (await fleet.NextLaunch()).Fail("no");
        (await fleet.NextLaunch()).Fail("no");
        await fleet.Reaches(ServerState.Restarting);
        await fleet.Reaches(ServerState.Restarting, "b");

        Assert.True(await fleet.Manager.RemoveServerAsync(Fleet.Only, Cancelled));
        Assert.Equal((ServerState.Disabled, null), ((await fleet.Manager.DisableServerAsync("b", Cancelled)).State, fleet.Manager.FindStatus("b")!.NextRetryAt));
        fleet.Time.Advance(TimeSpan.FromSeconds(10));
        await fleet.Manager.WaitUntilSettledAsync(Cancelled);

        Assert.Equal(2, fleet.Launcher.Count);
    }

    [Fact(Timeout = 10_000)]
    public async Task Disabling_stops_and_enabling_starts_and_neither_minds_being_asked_twice()
    {
        await using var fleet = new Fleet();
        var run = await fleet.Run();

        Assert.Equal(ServerState.Disabled, (await fleet.Manager.DisableServerAsync(Fleet.Only, Cancelled)).State);
        Assert.Equal(ServerState.Disabled, (await fleet.Manager.DisableServerAsync(Fleet.Only, Cancelled)).State);
        Assert.True(run.IsDisposed);
        await Assert.ThrowsAsync<InvalidOperationException>(() => fleet.Manager.StartServerAsync(Fleet.Only, Cancelled));

        var enabling = fleet.Manager.EnableServerAsync(Fleet.Only, Cancelled);
        await fleet.Ready();
        Assert.Equal(ServerState.Running, (await enabling).State);
        Assert.Equal(ServerState.Running, (await fleet.Manager.EnableServerAsync(Fleet.Only, Cancelled)).State);
        Assert.Equal(2, fleet.Launcher.Count);
    }

    [Fact(Timeout = 10_000)]
    public async Task A_server_enabled_while_it_is_still_being_stopped_is_started_after()
    {
        await using var fleet = new Fleet();
        var gate = new TaskCompletionSource();
        var run = await fleet.Run(run => run.OnStop = _ => gate.Task);
        var disabling = fleet.Manager.DisableServerAsync(Fleet.Only, Cancelled);
        await run.StopRequested;
        var enabling = fleet.Manager.EnableServerAsync(Fleet.Only, Cancelled);

        gate.SetResult();
        await fleet.Ready();

        Assert.Equal(ServerState.Running, (await enabling).State);
        _ = await disabling;
        Assert.Null(fleet.Launcher.LivedTwice);
    }

    [Fact(Timeout = 10_000)]
    public async Task A_server_that_hangs_keeps_no_other_from_coming_and_going()
    {
        await using var fleet = new Fleet();
        fleet.Manager.StartAll();
        _ = await fleet.NextLaunch(); // hangs

        var adding = fleet.Manager.AddServerAsync(Fleet.Server("b"), cancellationToken: Cancelled);
        await fleet.Ready();
        await adding;
        Assert.True(await fleet.Manager.RemoveServerAsync("b", Cancelled));
        Assert.Equal(ServerState.Disabled, (await fleet.Manager.DisableServerAsync(Fleet.Only, Cancelled)).State);
    }

    [Fact(Timeout = 10_000)]
    public async Task After_the_shutdown_nothing_comes_any_more()
    {
        var fleet = new Fleet();
        await fleet.DisposeAsync();

        await Assert.ThrowsAsync<ObjectDisposedException>(() => fleet.Manager.AddServerAsync(Fleet.Server("b"), cancellationToken: Cancelled));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => fleet.Manager.UpdateServerAsync(Fleet.Server() with { Args = ["x"] }, Cancelled));
        Assert.False(await fleet.Manager.RemoveServerAsync(Fleet.Only, Cancelled));
    }

    /// <summary>Runs the server, whose process ends only with a task of the test, and removes it: the removal gives up waiting.</summary>
    private static async Task RemoveInVainAsync(Fleet fleet, Task ends)
    {
        var run = await fleet.Run(run => run.OnStop = _ => ends);
        var removing = fleet.Manager.RemoveServerAsync(Fleet.Only, Cancelled);
        await run.StopRequested;
        while (!removing.IsCompleted)
        {
            fleet.Time.Advance(TimeSpan.FromMinutes(1));
            await Task.Yield();
        }
    }
}
