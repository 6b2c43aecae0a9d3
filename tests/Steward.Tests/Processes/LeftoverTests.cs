using Steward.Processes;
using Xunit;

namespace Steward.Tests.Processes;

/// <summary>Nothing of a server lives once its end was told, wherever its children went.</summary>
public sealed class LeftoverTests : IAsyncDisposable
{
    private static readonly TimeSpan ShortGrace = TimeSpan.FromMilliseconds(200);

    private readonly ChildRig _rig = new();

    public static TheoryData<string> Kinds =>
    [
        Misbehaviour.None, Misbehaviour.Stubborn, Misbehaviour.Grandchild, Misbehaviour.GrandchildInOwnSession,
        Misbehaviour.GrandchildWithoutMarker, Misbehaviour.Daemon,
    ];

    public ValueTask DisposeAsync() => _rig.DisposeAsync();

    [Theory(Timeout = 30_000)]
    [MemberData(nameof(Kinds))]
    public async Task A_stop_ends_every_process_of_a_server(string script)
    {
        var child = await _rig.StartAsync(script, ShortGrace);
        var processes = await ReadyAsync(child);

        await child.StopAsync(CancellationToken.None);

        Assert.All(processes, process => Assert.False(process.IsAlive, $"process {process.Id} lives on"));
    }

    [Theory(Timeout = 30_000)]
    [MemberData(nameof(Kinds))]
    public async Task A_stop_ends_every_process_on_a_system_without_setsid_too(string script)
    {
        await using var rig = new ChildRig(LaunchChain.None);
        var child = await rig.StartAsync(script, ShortGrace);
        var processes = await ReadyAsync(child);

        await child.StopAsync(CancellationToken.None);

        Assert.All(processes, process => Assert.False(process.IsAlive, $"process {process.Id} lives on"));
    }

    [Theory(Timeout = 30_000)]
    [InlineData(Misbehaviour.Grandchild)]
    [InlineData(Misbehaviour.GrandchildInOwnSession)]
    [InlineData(Misbehaviour.Daemon)]
    public async Task A_crash_ends_what_the_server_leaves_behind(string script)
    {
        var child = await _rig.StartAsync(script);
        var processes = await ReadyAsync(child);

        Posix.Signal(child.Id, Posix.SigKill);

        Assert.Equal("SIGKILL", (await child.Exited).Signal);
        Assert.All(processes, process => Assert.False(process.IsAlive, $"process {process.Id} lives on"));
    }

    [Fact(Timeout = 20_000)]
    public async Task An_exit_is_seen_though_a_daemon_out_of_reach_holds_the_pipes()
    {
        var child = await _rig.StartAsync("env -i \"$(command -v setsid)\" \"$(command -v sh)\" -c \"echo \\$\\$; exec $(command -v sleep) 60\" & read -r line; exit 5");
        using var daemon = new Watched(int.Parse(await ChildRig.ReadLineAsync(child)));
        await child.Input.WriteAsync("go\n"u8.ToArray(), TestContext.Current.CancellationToken);

        var exit = await child.Exited;

        Assert.Equal(5, exit.Code);
        Assert.True(daemon.IsAlive, "its end was waited for, or it was not out of reach");
        Posix.Signal(daemon.Id, Posix.SigKill);
        await child.DisposeAsync();
    }

    [Fact(Timeout = 20_000)]
    public async Task A_sweep_spares_a_stranger_that_got_the_same_id()
    {
        var child = await _rig.StartAsync(Misbehaviour.Stubborn);
        var processes = await ReadyAsync(child);
        var earlier = new ProcessIdentity(child.Id, processes[0].StartTime - 1);

        await _rig.Spawner.Sweeper.SweepAsync(new SweepRequest(earlier, RunMarker.NewRun(), OwnsSession: true, [earlier]));

        Assert.True(processes[0].IsAlive);
    }

    [Fact(Timeout = 60_000)]
    public async Task What_a_killed_daemon_left_is_ended_by_the_next_one()
    {
        var ledger = Directory.CreateTempSubdirectory().FullName;
        using var first = AngelHost.StartWithLedger(ledger, "alone", Misbehaviour.Grandchild, Misbehaviour.Daemon);
        Assert.Equal(0, await first.ReapedAsync());
        var (daemon, processes) = await first.ReadyAsync();
        Assert.Equal(2, Directory.GetFiles(ledger).Length);
        Posix.Signal(daemon, Posix.SigKill);
        await first.ExitAsync();

        using var second = AngelHost.StartWithLedger(ledger, "alone");
        await second.ReapedAsync();

        Assert.All(processes, process => Assert.False(process.IsAlive, $"process {process.Id} lives on"));
        Assert.Empty(Directory.GetFiles(ledger));
        Directory.Delete(ledger);
    }

    private static async Task<List<Watched>> ReadyAsync(ChildProcess child)
    {
        var processes = new List<Watched>();
        for (var line = await ChildRig.ReadLineAsync(child); line != "up"; line = await ChildRig.ReadLineAsync(child))
            processes.Add(new Watched(int.Parse(line["pid ".Length..])));
        return processes;
    }
}
