using Steward.Processes;
using Steward.Processes.Limits;
using Xunit;

namespace Steward.Tests.Processes;

/// <summary>Limits of real children, as far as this machine keeps them, and what would be asked of one that keeps all.</summary>
public sealed class LimitTests : IAsyncDisposable
{
    private readonly ResourceMonitor _monitor = new(TimeProvider.System);
    private readonly ChildRig _rig;
    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    public LimitTests() => _rig = new ChildRig(monitor: _monitor);

    [Fact(Timeout = 30_000)]
    public async Task The_number_of_open_files_is_kept_for_the_process_and_what_comes_of_it()
    {
        var child = await _rig.StartAsync(ChildRig.Shell("ulimit -n; sh -c 'ulimit -Hn'") with { Limits = new() { MaxOpenFiles = 77 } });

        Assert.Equal("77", await ChildRig.ReadLineAsync(child));
        Assert.Equal("77", await ChildRig.ReadLineAsync(child));
    }

    [Fact(Timeout = 30_000)]
    public async Task More_open_files_than_the_system_allows_are_asked_of_nobody()
    {
        var child = await _rig.StartAsync(ChildRig.Shell("echo started") with { Limits = new() { MaxOpenFiles = int.MaxValue } });

        Assert.Equal("started", await ChildRig.ReadLineAsync(child));
    }

    [Fact(Timeout = 30_000)]
    public async Task Who_takes_too_much_memory_is_told_of_with_figure_and_limit()
    {
        var child = await _rig.StartAsync(ChildRig.Shell("x=$(head -c 40000000 /dev/zero | tr '\\0' x); cat >/dev/null") with { Limits = new() { MemoryMb = 20 } });

        var words = await child.Overstepped;

        Assert.Matches("^took [0-9]+ MiB of memory, with a limit of 20 ", words);
    }

    [Fact(Timeout = 30_000)]
    public async Task Who_has_too_many_processes_is_told_of_wherever_they_went()
    {
        var child = await _rig.StartAsync(ChildRig.Shell("( setsid sleep 300 & ) ; sleep 300 & cat >/dev/null") with { Limits = new() { MaxProcesses = 2 } });

        Assert.Matches("^had [3-9] processes, with a limit of 2 ", await child.Overstepped);
    }

    [Fact(Timeout = 30_000)]
    public async Task Who_takes_too_much_is_gone_with_all_that_came_of_it_before_its_stop_command_runs()
    {
        // Two processes: one that nothing but the marker finds, and one of its own group. The third is one too many, when both are noted.
        var spec = ChildRig.Shell("( setsid sleep 300 & echo $! > moved ) ; sleep 300 & echo $! > near; cat >/dev/null; :") with
        {
            WorkingDirectory = _folder,
            Limits = new() { MaxProcesses = 3 },
            StopCommand = new StopCommand(["sh", "-c", "for id in $STEWARD_PID $(cat moved near); do grep -sq 'State:.[^ZX]' /proc/$id/status && echo $id lives; done; echo stopped"], new Dictionary<string, string>(), null, _folder, TimeSpan.FromSeconds(15)),
        };
        var child = await _rig.StartAsync(spec);
        await child.Overstepped;

        await child.StopAsync(new CancellationToken(canceled: true));

        Assert.Equal("SIGKILL", (await child.Exited).Signal);
        Assert.Equal(["stopped"], _rig.Log.Tail(9).Where(line => line.Source != LogSource.Steward).Select(line => line.Text));
    }

    [Fact(Timeout = 30_000)]
    public async Task What_the_kernel_does_not_keep_is_said_with_the_reason_and_what_would_help()
    {
        await using var rig = new ChildRig(monitor: _monitor, delegation: Delegation.None("2 other processes are in /there"));
        await rig.StartAsync(ChildRig.Shell("cat >/dev/null") with { Limits = new() { CpuPercent = 50, MemoryMb = 1000, MaxProcesses = 99 } });

        var found = _monitor.Find("test")!;

        const string why = "Steward has no control group of its own here: 2 other processes are in /there; under systemd the unit needs Delegate=yes, a container its own writable /sys/fs/cgroup";
        Assert.Equal([$"cpuPercent: {why}"], found.NotEnforced);
        Assert.Equal([$"memoryMb: {why}", "maxProcesses: the kernel counts threads as well"], found.Watched);
    }

    [Fact(Timeout = 10_000)]
    public void A_control_group_of_our_own_gets_the_limits_and_we_make_room_for_it()
    {
        Make("cgroup.controllers", "cpuset cpu io memory pids");
        Make("cgroup.procs", "11\n12\n");

        var group = Open(11, 12).Create("r1", new() { MemoryMb = 64, CpuPercent = 150, MaxProcesses = 9 });

        Assert.Equal("+cpu +memory +pids", Read("cgroup.subtree_control"));
        Assert.Equal("12", Read("steward.self/cgroup.procs")); // the last of those that were written
        Assert.Equal(("67108864", "150000 100000", "1600"), (Read($"{Group("r1")}/memory.max"), Read($"{Group("r1")}/cpu.max"), Read($"{Group("r1")}/pids.max")));
        Assert.Equal([LimitKeys.Cpu, LimitKeys.Memory], group.Keeps.Order(StringComparer.Ordinal));
    }

    [Fact(Timeout = 10_000)]
    public void What_a_control_group_tells_of_its_limits_is_put_into_words()
    {
        Make("cgroup.controllers", "cpu memory pids");
        Make("cgroup.procs", "11");
        var group = Open(11).Create("r1", new() { MemoryMb = 64, CpuPercent = 150, MaxProcesses = 9 });
        Assert.Null(group.Verdict());
        Assert.Empty(group.Reached());

        Make($"{Group("r1")}/memory.events", "low 0\noom_kill 1\n");
        Make($"{Group("r1")}/pids.events", "max 12\n");
        Make($"{Group("r1")}/cpu.stat", "usage_usec 1\nthrottled_usec 1250000\n");

        Assert.Equal("was ended by the system for taking more than 64 MiB of memory (limits.memoryMb)", group.Verdict());
        Assert.Equal(["maxProcesses: 12 times it was refused another process or thread, of which it may have 1600 with a limit of 9 processes", "cpuPercent: it was slowed down for 1.3 s in all, with a limit of 150 %"], group.Reached());
    }

    [Fact(Timeout = 10_000)]
    public void A_control_group_in_which_others_are_is_left_alone_and_that_is_said()
    {
        Make("cgroup.controllers", "cpu memory pids");
        Make("cgroup.procs", "11 99");

        var (groups, why) = ControlGroups.Open(_folder, [11]);

        Assert.Null(groups);
        Assert.Contains($"1 other process is in {_folder}; under systemd the unit needs Delegate=yes", why, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(_folder, "steward.self")));
    }

    [Fact(Timeout = 10_000)]
    public void Restarted_in_the_group_that_was_made_the_one_above_is_used_and_a_controller_that_is_missing_is_named()
    {
        Directory.CreateDirectory(Path.Combine(_folder, "steward.self"));
        Make("cgroup.controllers", "memory");
        Make("cgroup.procs", "");

        var group = ControlGroups.Open(Path.Combine(_folder, "steward.self"), [11]).Groups!.Create("r2", new() { MemoryMb = 1, CpuPercent = 1 });

        Assert.Equal([LimitKeys.Memory], group.Keeps);
        Assert.StartsWith($"the control group {_folder} has no controller 'cpu' (it has: memory)", Assert.Single(group.Refused).Value, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(_folder, Group("r2"), "cpu.max")));
    }

    [Theory(Timeout = 10_000)]
    [InlineData("/", "/", "/sys/fs/cgroup", "/sys/fs/cgroup")]
    [InlineData("/system.slice/a.service", "/", "/sys/fs/cgroup", "/sys/fs/cgroup/system.slice/a.service")]
    [InlineData("/docker/c1/sub", "/docker/c1", "/sys/fs/cgroup", "/sys/fs/cgroup/sub")] // a container that sees the names of its host
    [InlineData("/docker/c1", "/docker/c1", "/sys/fs/cgroup", "/sys/fs/cgroup")]
    [InlineData("/docker/c10", "/docker/c1", "/mnt", "/mnt/docker/c10")]
    public void The_folder_of_a_group_is_found_from_what_is_mounted(string group, string top, string mounted, string expected) =>
        Assert.Equal(expected, Delegation.FolderOf(group, top, mounted));

    public async ValueTask DisposeAsync()
    {
        await _rig.DisposeAsync();
        _monitor.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private void Make(string file, string text) => File.WriteAllText(Path.Combine(_folder, file), text);

    private string Read(string file) => File.ReadAllText(Path.Combine(_folder, file));

    private static string Group(string run) => $"{ControlGroups.NameFor(ProcessTable.Read(Environment.ProcessId)!.Value.Identity)}-{run}";

    private ControlGroups Open(params int[] family) => ControlGroups.Open(_folder, family).Groups!;
}
