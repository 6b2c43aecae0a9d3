using Steward.Configuration;
using Steward.Registry;
using Steward.Supervision;
using Steward.Tests.Testing;
using Xunit;
using static Steward.Registry.LifecycleEventKind;

namespace Steward.Tests.Registry;

/// <summary>What is recorded of the life of servers.</summary>
public sealed class HistoryTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact(Timeout = 30_000)]
    public async Task A_start_and_a_stop_make_one_connection_and_two_events()
    {
        await using var rig = await RegistryRig.StartAsync(Fleet.Server());
        await rig.Reaches(Fleet.Only, ServerState.Running);
        await rig.Sees(1);
        rig.Time.Advance(TimeSpan.FromSeconds(5));

        await rig.Registry.DisconnectAsync(Fleet.Only, Cancelled);

        Assert.Equal([Started, Stopped], Kinds(await rig.Sees(2)));
        var connection = Assert.Single(await ConnectionsAsync(rig));
        Assert.Equal((ConnectionOutcome.Stopped, TimeSpan.FromSeconds(5), null), (connection.Outcome, connection.Duration, connection.Error));
    }

    [Fact(Timeout = 30_000)]
    public async Task A_crash_ends_the_connection_with_its_reason_and_the_next_run_is_a_restart()
    {
        await using var rig = await RegistryRig.StartAsync(Fleet.Server());
        var run = await RunAsync(rig);
        await rig.Sees(1);

        run.Crash("exit code 3");
        var waiting = await rig.Reaches(Fleet.Only, ServerState.Restarting);
        await rig.Sees(2);
        rig.Time.Advance(waiting.NextRetryAt!.Value - rig.Time.GetUtcNow());

        var events = await rig.Sees(3);
        Assert.Equal([Started, Crashed, Restarted], Kinds(events));
        Assert.Contains("exit code 3", events[1].Detail, StringComparison.Ordinal);
        var connections = await ConnectionsAsync(rig);
        Assert.Equal([ConnectionOutcome.Open, ConnectionOutcome.Failed], connections.Select(row => row.Outcome));
        Assert.Contains("exit code 3", connections[1].Error, StringComparison.Ordinal);
    }

    [Fact(Timeout = 30_000)]
    public async Task An_update_without_a_gap_is_neither_a_restart_nor_a_failure()
    {
        await using var rig = await RegistryRig.StartAsync(Fleet.Server());
        await rig.Reaches(Fleet.Only, ServerState.Running);
        await rig.Sees(1);
        rig.Launcher.OnLaunch = launch =>
        {
            if (launch.Config.Args is ["broken"])
                launch.Fail("exit code 2");
            else
                launch.Succeed();
        };

        await Assert.ThrowsAsync<ServerUpdateException>(() => rig.Manager.UpdateServerAsync(Fleet.Server() with { Args = ["broken"] }, Cancelled));
        await rig.Sees(2);
        rig.Time.Advance(TimeSpan.FromSeconds(1));
        await rig.Manager.UpdateServerAsync(Fleet.Server() with { Args = ["new"] }, Cancelled);

        var events = await rig.Sees(3);
        Assert.Equal([Started, UpdateFailed, Updated], Kinds(events));
        Assert.StartsWith("exit code 2", events[1].Detail, StringComparison.Ordinal);
        Assert.Equal([ConnectionOutcome.Open, ConnectionOutcome.Stopped], (await ConnectionsAsync(rig)).Select(row => row.Outcome));
    }

    [Fact(Timeout = 30_000)]
    public async Task A_start_that_fails_is_a_connection_that_never_was_with_time_and_error()
    {
        await using var rig = await RegistryRig.StartAsync();
        rig.Launcher.OnLaunch = launch => launch.Fail("no such program", isPermanent: true);

        await rig.Registry.AddAsync(Fleet.Server(), cancellationToken: Cancelled);

        Assert.Contains((Failed, "no such program"), await rig.Sees(2));
        var connection = Assert.Single(await ConnectionsAsync(rig));
        Assert.Equal((ConnectionOutcome.NotConnected, rig.Time.GetUtcNow(), "no such program"), (connection.Outcome, connection.Connected, connection.Error));
    }

    [Fact(Timeout = 30_000)]
    public async Task A_restart_on_request_is_no_crash()
    {
        await using var rig = await RegistryRig.StartAsync(Fleet.Server());
        await rig.Reaches(Fleet.Only, ServerState.Running);
        await rig.Sees(1);
        rig.Time.Advance(TimeSpan.FromSeconds(1));

        await rig.Manager.RestartServerAsync(Fleet.Only, Cancelled);

        Assert.Equal([Started, Restarted], Kinds(await rig.Sees(2)));
        var connections = await ConnectionsAsync(rig);
        Assert.Equal([ConnectionOutcome.Open, ConnectionOutcome.Stopped], connections.Select(row => row.Outcome));
        Assert.Null(connections[1].Error);
    }

    [Fact(Timeout = 30_000)]
    public async Task Health_is_news_when_it_changes_and_not_when_it_is_first_known()
    {
        var answers = true;
        var health = new HealthPolicy { Interval = TimeSpan.FromSeconds(10), FailureThreshold = 3 };
        await using var rig = await RegistryRig.StartAsync();
        rig.Launcher.OnLaunch = launch => launch.Succeed(run => run.OnProbe = _ => answers ? Task.CompletedTask : throw new IOException("no answer"));
        await rig.Registry.AddAsync(Fleet.Server(health: health), cancellationToken: Cancelled);
        await ProbeAsync(ServerHealth.Healthy);

        answers = false;
        await ProbeAsync(ServerHealth.Degraded);
        answers = true;
        await ProbeAsync(ServerHealth.Healthy);

        var events = await rig.Sees(4);
        Assert.Equal([Started, HealthChanged, HealthChanged, Added], Kinds(events).Order());
        Assert.Contains(events, row => row.Detail?.StartsWith("Degraded: ", StringComparison.Ordinal) == true);

        async Task ProbeAsync(ServerHealth expected)
        {
            while (rig.Manager.FindStatus(Fleet.Only)!.Health != expected)
            {
                rig.Time.Advance(TimeSpan.FromSeconds(10));
                await rig.Manager.WaitForStatusAsync(Fleet.Only, status => status.Health == expected, Cancelled).WaitAsync(TimeSpan.FromSeconds(5), Cancelled);
            }

            await rig.Sees(expected == ServerHealth.Degraded ? 3 : 2);
        }
    }

    [Fact(Timeout = 30_000)]
    public async Task Who_gives_up_on_a_server_is_told_apart_from_its_last_crash()
    {
        await using var rig = await RegistryRig.StartAsync(Fleet.Server(restart: RestartPolicy.Never));
        var run = await RunAsync(rig);
        await rig.Sees(1);

        run.Crash("exit code 1");
        var last = await rig.Manager.WaitForStatusAsync(Fleet.Only, status => status.State is ServerState.FailedToStart or ServerState.Crashed, Cancelled);

        Assert.Equal(last.State == ServerState.FailedToStart ? [Started, Crashed, Failed] : [Started, Crashed], Kinds(await rig.Sees(last.State == ServerState.FailedToStart ? 3 : 2)));
    }

    [Fact(Timeout = 30_000)]
    public async Task Every_change_by_a_person_is_an_event()
    {
        await using var rig = await RegistryRig.StartAsync();
        await rig.Registry.AddAsync(Fleet.Server() with { Disabled = true }, cancellationToken: Cancelled);
        await rig.Registry.UpdateAsync(Fleet.Server() with { Disabled = true, Name = "Files" }, Cancelled);
        await rig.Registry.EnableAsync(Fleet.Only, Cancelled);
        await rig.Registry.DisableAsync(Fleet.Only, Cancelled);
        await rig.Registry.DisableAsync(Fleet.Only, Cancelled);
        await rig.Registry.RemoveAsync(Fleet.Only, Cancelled);

        Assert.Equal([Added, ConfigChanged, Enabled, Disabled, Removed], Kinds(await rig.Sees(5)).Where(kind => kind is Added or ConfigChanged or Enabled or Disabled or Removed));
    }

    [Fact(Timeout = 30_000)]
    public async Task An_end_of_Steward_ends_every_connection()
    {
        var store = new Steward.Registry.InMemory.MemoryRegistryStore(new FakeTimeProvider());
        await using (var rig = await RegistryRig.StartAsync(_ => store, Fleet.Server("a"), Fleet.Server("b")))
        {
            await rig.Reaches("a", ServerState.Running);
            await rig.Reaches("b", ServerState.Running);
            await rig.Sees(2);
        }

        Assert.Equal([ConnectionOutcome.Stopped, ConnectionOutcome.Stopped], (await store.History.ReadConnectionsAsync(new HistoryQuery(), Cancelled)).Select(row => row.Outcome));
    }

    private static IEnumerable<LifecycleEventKind> Kinds(IEnumerable<(LifecycleEventKind Kind, string? Detail)> events) => events.Select(row => row.Kind);

    private static async Task<FakeRun> RunAsync(RegistryRig rig)
    {
        var launch = await rig.Launcher.NextAsync(Cancelled);
        await rig.Reaches(launch.Config.Id, ServerState.Running);
        return (FakeRun)await launch.Result;
    }

    private static async Task<IReadOnlyList<ConnectionRecord>> ConnectionsAsync(RegistryRig rig)
    {
        await rig.Store.FlushAsync(Cancelled);
        return await rig.Registry.ReadConnectionsAsync(new HistoryQuery(), Cancelled);
    }
}
