using Steward.Configuration;
using Steward.Processes;
using Steward.Tests.Testing;
using Xunit;

namespace Steward.Tests.Processes;

/// <summary>Figures of servers, of a made-up process table and on a clock of our own.</summary>
public sealed class ResourceMonitorTests : IDisposable
{
    private const long MiB = 1024 * 1024;
    private const int Other = 4_000_000; // no process has such an id

    private readonly FakeTimeProvider _time = new();
    private readonly List<ProcessUsage> _processes = [];
    private readonly ResourceMonitor _monitor;
    private int _looks;

    public ResourceMonitorTests() => _monitor = new ResourceMonitor(_time, Look, _ => 3, _ => null);

    public void Dispose() => _monitor.Dispose();

    [Fact(Timeout = 10_000)]
    public void Figures_are_of_the_process_and_all_that_came_of_it()
    {
        Start("a", id: Other, ticks: 100, memory: 10 * MiB);
        Add(Other + 1, parent: Other, session: Other, ticks: 50, memory: 5 * MiB);
        Add(Other + 2, parent: Other + 1, session: Other + 2, ticks: 0, memory: 1 * MiB); // in a session of its own
        Add(Other + 9, parent: 1, session: Other + 9, ticks: 999, memory: 99 * MiB); // a stranger
        _time.Advance(TimeSpan.FromSeconds(10));

        var found = Assert.IsType<ServerResources>(_monitor.Find("a"));

        Assert.Equal((3, 16 * MiB, 9, 15.0), (found.Processes, found.MemoryBytes, found.OpenFiles, found.CpuPercent)); // 1.5 of 10 seconds
        Assert.Null(_monitor.Find("b"));
    }

    [Fact(Timeout = 10_000)]
    public void The_share_of_the_processors_is_that_since_the_look_before()
    {
        Start("a", id: Other, ticks: 0, memory: MiB);
        _time.Advance(TimeSpan.FromSeconds(100));
        Assert.Equal(0, _monitor.Find("a")!.CpuPercent);

        Set(Other, ticks: 1250, memory: MiB);
        _time.Advance(TimeSpan.FromSeconds(5));

        Assert.Equal(250, _monitor.Find("a")!.CpuPercent);
    }

    [Fact(Timeout = 10_000)]
    public void A_process_that_lost_its_parent_stays_known()
    {
        Start("a", id: Other, ticks: 0, memory: MiB);
        Add(Other + 1, parent: Other, session: Other + 1, ticks: 0, memory: 2 * MiB);
        Assert.Equal(2, _monitor.Find("a")!.Processes);

        _processes[1] = _processes[1] with { Entry = _processes[1].Entry with { ParentId = 1 } };
        _time.Advance(TimeSpan.FromSeconds(5));

        Assert.Equal(2, _monitor.Find("a")!.Processes);
    }

    [Fact(Timeout = 10_000)]
    public void Processes_of_sessions_count_with_their_server_and_each_has_the_limit_for_itself()
    {
        List<string> ended = [];
        foreach (var id in (int[])[Other, Other + 1])
            Start("a", id, ticks: 0, memory: 60 * MiB, new ServerLimits { MemoryMb = 64 }, ended.Add);

        Assert.Equal((2, 120 * MiB), (_monitor.Find("a")!.Processes, _monitor.Find("a")!.MemoryBytes));
        Assert.Empty(ended);
    }

    [Fact(Timeout = 10_000)]
    public void It_looks_while_somebody_asks_and_a_minute_more_and_else_not()
    {
        Start("a", id: Other, ticks: 0, memory: MiB);
        _time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(0, _looks);

        for (var i = 0; i < 10; i++)
            _monitor.Find("a");
        Assert.Equal(1, _looks);
        _time.Advance(TimeSpan.FromSeconds(60));
        Assert.Equal(12, _looks); // 5, 10, … 55 seconds later

        _time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(12, _looks);
        Assert.Equal(0, _time.ArmedTimers);
    }

    [Theory(Timeout = 10_000)]
    [InlineData(64, 0, "took 65 MiB of memory, with a limit of 64 (limits.memoryMb)")]
    [InlineData(0, 2, "had 3 processes, with a limit of 2 (limits.maxProcesses)")]
    [InlineData(65, 3, null)]
    public void Who_takes_more_than_its_limit_is_told_of_within_a_second_though_nobody_asks(int memory, int processes, string? expected)
    {
        List<string> ended = [];
        Start("a", id: Other, ticks: 0, memory: 1 * MiB, new ServerLimits { MemoryMb = memory, MaxProcesses = processes }, ended.Add);
        _time.Advance(TimeSpan.FromSeconds(30));
        Assert.Empty(ended);

        Set(Other, ticks: 0, memory: 63 * MiB);
        Add(Other + 1, parent: Other, session: Other, ticks: 0, memory: MiB);
        Add(Other + 2, parent: Other, session: Other, ticks: 0, memory: MiB);
        _time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(expected is null ? [] : [expected], ended);
    }

    [Fact(Timeout = 10_000)]
    public void Who_has_ended_is_no_longer_measured()
    {
        Start("a", id: Other, ticks: 0, memory: MiB, new ServerLimits { MemoryMb = 1 });
        _monitor.Remove($"run{Other}");
        _time.Advance(TimeSpan.FromMinutes(1));

        Assert.Null(_monitor.Find("a"));
        Assert.Equal(1, _looks);
    }

    [Theory(Timeout = 10_000)]
    [InlineData(70, false)]
    [InlineData(101, true)]
    public void What_processes_share_counts_once_before_a_server_is_ended_for_it(int exact, bool isEnded)
    {
        using var monitor = new ResourceMonitor(_time, Look, _ => 0, id => id == Other ? exact * MiB : 0);
        List<string> ended = [];
        Add(Other, parent: Environment.ProcessId, session: Other, ticks: 0, memory: 80 * MiB);
        Add(Other + 1, parent: Other, session: Other, ticks: 0, memory: 80 * MiB);
        monitor.Add(new MeasuredRun("a", "run", new ProcessIdentity(Other, Now), OwnsSession: true) { Limits = new ServerLimits { MemoryMb = 100 }, Overstepped = ended.Add });

        _time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(isEnded ? ["took 101 MiB of memory, with a limit of 100 (limits.memoryMb)"] : [], ended);
    }

    [Fact(Timeout = 120_000)]
    public async Task Two_hundred_servers_are_told_apart_with_one_look()
    {
        using var monitor = new ResourceMonitor(TimeProvider.System);
        await using var rig = new ChildRig(monitor: monitor);
        for (var i = 0; i < 200; i++)
        {
            var child = await rig.StartAsync(ChildRig.Shell("echo up; read -r line") with { ServerId = $"s{i}" });
            Assert.Equal("up", await ChildRig.ReadLineAsync(child)); // in the middle of an exec a process has no memory
        }

        var all = monitor.All();

        Assert.Equal(200, all.Count);
        Assert.All(all, server => Assert.True(server is { Processes: 1, MemoryBytes: > 0, OpenFiles: >= 3 }));
    }

    private ProcessSnapshot Look()
    {
        _looks++;
        return new ProcessSnapshot([.. _processes], Now);
    }

    private long Now => 1000 + (long)((_time.GetUtcNow() - FakeTimeProvider.Start).TotalSeconds * ProcessSnapshot.TicksPerSecond);

    private void Start(string server, int id, long ticks, long memory, ServerLimits? limits = null, Action<string>? end = null)
    {
        Add(id, parent: Environment.ProcessId, session: id, ticks, memory);
        _monitor.Add(new MeasuredRun(server, $"run{id}", new ProcessIdentity(id, Now), OwnsSession: true) { Limits = limits ?? new(), Overstepped = end ?? (_ => { }) });
    }

    private void Add(int id, int parent, int session, long ticks, long memory) =>
        _processes.Add(new ProcessUsage(new ProcessEntry(id, parent, session, 'S', Now), ticks, memory));

    private void Set(int id, long ticks, long memory)
    {
        var at = _processes.FindIndex(usage => usage.Entry.Id == id);
        _processes[at] = _processes[at] with { CpuTicks = ticks, Memory = memory };
    }
}
