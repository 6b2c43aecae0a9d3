namespace Steward.Processes;

/// <summary>
/// Measures what servers take, all of them with one look at the process table. It looks only while somebody wants to know, and for a
/// minute after, every five seconds; and every second while a server runs whose limits nobody keeps but us.
/// </summary>
internal sealed class ResourceMonitor : IDisposable
{
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);
    public static readonly TimeSpan WatchInterval = TimeSpan.FromSeconds(1);
    public static readonly TimeSpan Attention = TimeSpan.FromMinutes(1);

    private const long MiB = 1024 * 1024;

    private readonly TimeProvider _time;
    private readonly Func<ProcessSnapshot> _read;
    private readonly Func<int, int> _countFiles;
    private readonly Func<int, long?> _proportional;
    private readonly ITimer _timer;
    private readonly Lock _gate = new();
    private readonly Dictionary<string, MeasuredRun> _runs = new(StringComparer.Ordinal);
    private Dictionary<string, ServerResources> _last = [];
    private long? _taken;
    private long? _asked;
    private TimeSpan? _armed;
    private bool _isDisposed;

    // Held for a look, which reads files: whoever looks waits for the other, and no start and no end of a process for either.
    private readonly Lock _look = new();
    private readonly ProcessOwners _owners = new();
    private Dictionary<ProcessIdentity, long> _ticks = [];
    private long _uptime;

    /// <param name="time">The clock.</param>
    /// <param name="read">Reads the process table; null: that of this machine.</param>
    /// <param name="countFiles">Counts the open files of a process; null: by this machine.</param>
    /// <param name="proportional">Tells the memory of a process with only its part of what it shares; null: by this machine.</param>
    public ResourceMonitor(TimeProvider time, Func<ProcessSnapshot>? read = null, Func<int, int>? countFiles = null, Func<int, long?>? proportional = null)
    {
        (_time, _read) = (time, read ?? ProcessSnapshot.Read);
        (_countFiles, _proportional) = (countFiles ?? ProcessSnapshot.OpenFiles, proportional ?? ProcessSnapshot.ProportionalMemory);
        CanMeasure = read is not null || OperatingSystem.IsLinux();
        _timer = time.CreateTimer(_ => Tick(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Whether there is anything to measure with on this system.</summary>
    public bool CanMeasure { get; }

    public void Add(MeasuredRun run)
    {
        lock (_gate)
        {
            _runs[run.Run] = run;
            Arm();
        }
    }

    public void Remove(string run)
    {
        lock (_gate)
        {
            // A copy: readers have the other.
            if (_runs.Remove(run, out var gone) && _runs.Values.All(other => other.ServerId != gone.ServerId))
                _last = new(_last.Where(server => server.Key != gone.ServerId), StringComparer.Ordinal);
        }
    }

    /// <summary>What a server takes now, not older than five seconds; null while it has no process, or where nobody can tell.</summary>
    public ServerResources? Find(string serverId) => Look().GetValueOrDefault(serverId);

    /// <summary>The same of all servers that have processes.</summary>
    public IReadOnlyCollection<ServerResources> All() => Look().Values;

    public void Dispose()
    {
        lock (_gate)
            _isDisposed = true;
        _timer.Dispose();
    }

    private Dictionary<string, ServerResources> Look()
    {
        lock (_gate)
        {
            _asked = _time.GetTimestamp();
            Arm();
            if (!IsDue)
                return _last;
        }

        Take(onlyIfDue: true);
        lock (_gate)
            return _last;
    }

    private void Tick()
    {
        lock (_gate)
        {
            _armed = null;
            if (_isDisposed || Period == Timeout.InfiniteTimeSpan)
                return;
        }

        Take(onlyIfDue: false);
        lock (_gate)
            Arm();
    }

    private bool IsDue => CanMeasure && !_isDisposed
        && (_taken is not { } taken || _time.GetElapsedTime(taken) >= Interval || _runs.Values.Any(run => !_last.ContainsKey(run.ServerId)));

    private TimeSpan Period => !CanMeasure || _runs.Count == 0 ? Timeout.InfiniteTimeSpan
        : _runs.Values.Any(run => run.IsWatched) ? WatchInterval
        : IsAsked ? Interval
        : Timeout.InfiniteTimeSpan;

    private bool IsAsked => _asked is { } asked && _time.GetElapsedTime(asked) < Attention;

    private void Arm()
    {
        var period = Period;
        if (_isDisposed || period == Timeout.InfiniteTimeSpan || (_armed is { } armed && armed <= period))
            return; // never put off: servers may come and go all the time
        _armed = period;
        _timer.Change(period, Timeout.InfiniteTimeSpan);
    }

    private void Take(bool onlyIfDue)
    {
        List<Action> oversteps;
        lock (_look)
        {
            List<MeasuredRun> runs;
            bool isAsked;
            lock (_gate)
            {
                if (onlyIfDue && !IsDue)
                    return; // somebody else has looked meanwhile
                (runs, isAsked) = ([.. _runs.Values], IsAsked);
            }

            oversteps = LookAt(runs, isAsked);
        }

        oversteps.ForEach(overstep => overstep()); // they post and return
    }

    /// <returns>Whom to tell that it takes too much.</returns>
    private List<Action> LookAt(List<MeasuredRun> runs, bool isAsked)
    {
        ProcessSnapshot snapshot;
        try
        {
            snapshot = _read();
        }
        catch (IOException)
        {
            return []; // no descriptor is free: the last figures stay
        }

        var (owned, at) = (_owners.Assign(runs, snapshot.Processes), _time.GetUtcNow());
        var (servers, oversteps) = (new Dictionary<string, ServerResources>(StringComparer.Ordinal), new List<Action>());
        foreach (var run in runs)
        {
            var processes = owned[run.Run].ToList();
            if (ProblemOf(run, processes) is { } problem)
                oversteps.Add(() => run.Overstepped(problem));

            var sum = servers.GetValueOrDefault(run.ServerId) ?? new ServerResources(run.ServerId, at) { NotEnforced = run.NotEnforced, Watched = run.Watched };
            servers[run.ServerId] = sum with
            {
                Processes = sum.Processes + processes.Count,
                CpuPercent = Math.Round(sum.CpuPercent + Share(run, processes, snapshot.Uptime), 1),
                MemoryBytes = sum.MemoryBytes + processes.Sum(process => process.Memory),
                OpenFiles = sum.OpenFiles + (isAsked ? processes.Sum(process => _countFiles(process.Entry.Id)) : 0),
                Reached = isAsked ? [.. sum.Reached, .. run.Reached()] : sum.Reached,
            };
        }

        _ticks = owned.SelectMany(processes => processes).ToDictionary(process => process.Entry.Identity, process => process.CpuTicks);
        _uptime = snapshot.Uptime;
        Publish(servers);
        return oversteps;
    }

    private void Publish(Dictionary<string, ServerResources> servers)
    {
        lock (_gate)
        {
            var there = _runs.Values.Select(run => run.ServerId).ToHashSet(StringComparer.Ordinal);
            _last = new(servers.Where(server => there.Contains(server.Key)), StringComparer.Ordinal); // others have ended while we looked
            _taken = _time.GetTimestamp();
        }
    }

    /// <summary>Processor time since the look before, or the start, in percent of one processor. What a process had that ended meanwhile is not in it.</summary>
    private double Share(MeasuredRun run, List<ProcessUsage> processes, long now)
    {
        var ticks = processes.Sum(process => process.CpuTicks - _ticks.GetValueOrDefault(process.Entry.Identity));
        return 100.0 * ticks / Math.Max(1, now - Math.Max(_uptime, run.Root.StartTime));
    }

    private string? ProblemOf(MeasuredRun run, List<ProcessUsage> processes)
    {
        if (run.Limits is { MaxProcesses: > 0 and var most } && processes.Count > most)
            return $"had {processes.Count} processes, with a limit of {most} (limits.maxProcesses)";
        var limit = run.Limits.MemoryMb * MiB;
        if (limit == 0 || processes.Sum(process => process.Memory) <= limit)
            return null;

        // What is resident counts for each who shares it, and ten workers are not ten programs: only the exact figure, which is dear, condemns.
        var exact = processes.Sum(process => _proportional(process.Entry.Id) ?? process.Memory);
        return exact > limit ? $"took {exact / MiB} MiB of memory, with a limit of {run.Limits.MemoryMb} (limits.memoryMb)" : null;
    }
}
