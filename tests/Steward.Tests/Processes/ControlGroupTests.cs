using System.Diagnostics;
using System.Globalization;
using Steward.Processes;
using Steward.Processes.Limits;
using Xunit;

namespace Steward.Tests.Processes;

/// <summary>
/// Control groups of the real kernel. Where this machine lets us make none, or without the controllers that keep limits, what is then done in
/// their place, and told.
/// </summary>
public sealed class ControlGroupTests : IAsyncDisposable
{
    private const int Never = 4_194_304; // above the highest process id

    private readonly ResourceMonitor _monitor = new(TimeProvider.System);
    private readonly RealGroups _groups = new();
    private readonly ChildRig _rig;

    public ControlGroupTests() => _rig = new ChildRig(monitor: _monitor, delegation: _groups.Delegation);

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact(Timeout = 30_000)]
    public async Task Whoever_left_parent_session_and_environment_ends_with_its_server_and_no_group_is_left()
    {
        var child = await _rig.StartAsync("(setsid env -i sh -c 'echo $$; exec >/dev/null; exec sleep 300' &) ; cat >/dev/null");
        var escaped = int.Parse(await ChildRig.ReadLineAsync(child), CultureInfo.InvariantCulture);
        Assert.Equal(_groups.HasGroups ? 1 : 0, _groups.Runs.Count());

        await child.StopAsync(CancellationToken.None);

        var isGone = ProcessTable.Read(escaped) is null or { IsDead: true };
        if (!isGone)
            Posix.Signal(escaped, Posix.SigKill);
        Assert.Equal(_groups.HasGroups, isGone); // elsewhere it is the angel's
        Assert.Empty(_groups.Runs);
    }

    [Fact(Timeout = 30_000)]
    public async Task Each_run_of_a_server_has_a_group_of_its_own()
    {
        var (old, next) = (await _rig.StartAsync("cat >/dev/null"), await _rig.StartAsync("cat >/dev/null"));
        Assert.Equal(_groups.HasGroups ? 2 : 0, _groups.Runs.Count());

        await old.StopAsync(CancellationToken.None);

        Assert.Equal(_groups.HasGroups ? 1 : 0, _groups.Runs.Count());
        Assert.False(next.Exited.IsCompleted);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_start_that_fails_leaves_no_group()
    {
        await _rig.Spawner.Chain;
        _rig.Spawner.Dispose();

        await Assert.ThrowsAnyAsync<Exception>(() => _rig.StartAsync("cat >/dev/null"));

        Assert.Empty(_groups.Runs);
    }

    [Fact(Timeout = 30_000)]
    public async Task The_next_of_us_ends_what_is_left_in_groups_of_the_dead_and_touches_no_others()
    {
        if (!_groups.HasGroups)
        {
            Assert.Equal(0, ControlGroups.Sweep(Path.Combine(Path.GetTempPath(), Guid.NewGuid().ToString("N")))); // there is nothing to be left in
            return;
        }

        using var left = StartIn(ControlGroups.NameFor(new ProcessIdentity(Never, 1)) + "-left");
        using var foreign = StartIn($"steward-1-{Never}-1-foreign"); // of another namespace, where that process may live
        var living = await _rig.StartAsync("cat >/dev/null");

        Assert.Equal(1, ControlGroups.Sweep(_groups.Folder));

        await left.WaitForExitAsync(Cancelled);
        Assert.Equal(2, _groups.Runs.Count());
        Assert.False(foreign.HasExited || living.Exited.IsCompleted);
        Assert.Equal(1, ControlGroup.Clear(Path.Combine(_groups.Folder, $"steward-1-{Never}-1-foreign")));
    }

    [Fact(Timeout = 30_000)]
    public async Task A_group_that_a_server_made_in_its_own_ends_and_goes_with_it()
    {
        if (!_groups.HasGroups)
            return; // then servers can make none either

        var name = ControlGroups.NameFor(new ProcessIdentity(Never, 1)) + "-left";
        using var outer = StartIn(name);
        Directory.CreateDirectory(Path.Combine(_groups.Folder, name, "empty"));
        using var inner = StartIn(Path.Combine(name, "box", "inner"));
        Assert.Equal(2, ControlGroup.Members(Path.Combine(_groups.Folder, name)).Length);

        Assert.Equal(2, ControlGroups.Sweep(_groups.Folder));

        await outer.WaitForExitAsync(Cancelled);
        await inner.WaitForExitAsync(Cancelled);
        Assert.Empty(_groups.Runs);
    }

    /// <summary>Without the kernel a look every second finds it out, and it is for others to end it.</summary>
    [Fact(Timeout = 30_000)]
    public async Task Who_takes_more_memory_than_its_limit_is_ended_by_the_kernel_and_the_words_say_so()
    {
        var child = await _rig.StartAsync(ChildRig.Shell("x=$(head -c 60000000 /dev/zero | tr '\\0' x); cat >/dev/null") with { Limits = new() { MemoryMb = 30 } });
        if (_groups.WhyNot("memory") is { } why)
        {
            AssertWatched($"memoryMb: {why}");
            Assert.Matches("^took [0-9]+ MiB of memory, with a limit of 30 ", await child.Overstepped);
            Assert.False(child.Exited.IsCompleted);
            return;
        }

        Assert.Equal("SIGKILL", (await child.Exited).Signal);
        Assert.Equal("was ended by the system for taking more than 30 MiB of memory (limits.memoryMb)", child.Verdict);
        Assert.Empty(_groups.Runs);
    }

    /// <summary>A look every second finds it out, also where the kernel keeps the other limits: it would count threads as well.</summary>
    [Fact(Timeout = 30_000)]
    public async Task Who_has_more_processes_than_its_limit_is_told_of_and_the_status_says_who_counts()
    {
        var child = await _rig.StartAsync(ChildRig.Shell("for i in 1 2 3 4 5 6 7 8; do sleep 300 & done 2>/dev/null; echo done; cat >/dev/null") with { Limits = new() { MaxProcesses = 4 } });

        AssertWatched("maxProcesses: the kernel counts threads as well");
        Assert.Matches("^had [0-9]+ processes, with a limit of 4 ", await child.Overstepped);
        Assert.False(child.Exited.IsCompleted);
    }

    /// <summary>Without the kernel nobody keeps that limit, and the status says so.</summary>
    [Fact(Timeout = 30_000)]
    public async Task Who_burns_more_processor_time_than_its_limit_is_slowed_down_and_the_status_says_so()
    {
        await _rig.StartAsync(ChildRig.Shell("while :; do :; done") with { Limits = new() { CpuPercent = 20 } });
        if (_groups.WhyNot("cpu") is { } why)
        {
            var found = _monitor.Find("test")!;
            Assert.Equal([$"cpuPercent: {why}"], found.NotEnforced);
            Assert.Empty(found.Watched);
            Assert.Empty(found.Reached);
            return;
        }

        var kept = await ReachedAsync();
        Assert.Matches("^cpuPercent: it was slowed down for [0-9.]+ s in all, with a limit of 20 %$", Assert.Single(kept.Reached));
        Assert.Empty(kept.NotEnforced);
        Assert.InRange(kept.CpuPercent, 1, 40);
    }

    public async ValueTask DisposeAsync()
    {
        await _rig.DisposeAsync();
        _monitor.Dispose();
        _groups.Dispose();
    }

    private void AssertWatched(string limit)
    {
        var found = _monitor.Find("test")!;
        Assert.Equal([limit], found.Watched);
        Assert.Empty(found.NotEnforced);
    }

    private Process StartIn(string group)
    {
        Directory.CreateDirectory(Path.Combine(_groups.Folder, group));
        var process = Process.Start("sleep", "300");
        GroupFiles.Write(Path.Combine(_groups.Folder, group, GroupFiles.Processes), process.Id.ToString(CultureInfo.InvariantCulture));
        return process;
    }

    private async Task<ServerResources> ReachedAsync()
    {
        using var wait = new PeriodicTimer(TimeSpan.FromMilliseconds(200), TimeProvider.System);
        while (true)
        {
            if (_monitor.Find("test") is { Reached.Count: > 0 } found)
                return found;
            await wait.WaitForNextTickAsync(Cancelled);
        }
    }
}
