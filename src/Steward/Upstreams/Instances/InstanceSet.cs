using Steward.Configuration;
using Steward.Supervision;

namespace Steward.Upstreams.Instances;

/// <summary>
/// Several processes of one server as one run of it: it lasts for as long as any of them runs. Each has a supervisor, which starts it
/// again when it fails; what they add up to is the facts of the run.
/// </summary>
internal sealed class InstanceSet : IUpstreamRun
{
    private readonly string _id;
    private readonly Instance[] _instances;
    private readonly IRunObserver _observer;
    private readonly TaskCompletionSource<string> _lost = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<RunEnd> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _begun = new(TaskCreationOptions.RunContinuationsAsynchronously); // the first runs, or each has failed
    private readonly TaskCompletionSource _whole = new(TaskCreationOptions.RunContinuationsAsynchronously); // each runs or has failed
    private readonly TimeProvider _time;
    private readonly Lock _gate = new(); // around the facts and their being told, which waits for nobody: the last told are the last
    private readonly UpstreamRun?[] _seen; // the last that each was seen to run
    private ConnectionStatistics? _past; // of those that run no more
    private int? _toldPid;
    private bool _isReady;
    private int _lead;
    private uint _turn;
    private RunEnd? _loss; // how the last of them ended, where nobody wanted that
    private Task? _stop;

    /// <param name="id">The server's id.</param>
    /// <param name="instances">Its processes, none of them started.</param>
    /// <param name="observer">Hears of the run's facts.</param>
    /// <param name="time">The clock.</param>
    public InstanceSet(string id, Instance[] instances, IRunObserver observer, TimeProvider time)
    {
        (_id, _instances, _observer, _time, Calls) = (id, instances, observer, time, new CallWindow(time));
        _seen = new UpstreamRun?[instances.Length];
        foreach (var instance in instances)
            _ = instance.FollowAsync(() => Review(instance)); // cannot fault, and ends with the instance
    }

    public Task<RunEnd> Ended => _ended.Task;

    public Task<string> Lost => _lost.Task;

    /// <summary>That of the server, which all of its processes share, from when the first of them runs.</summary>
    public CallWindow Calls { get; private set; }

    public bool ProbesParts => true;

    public IReadOnlyList<UpstreamRun> All => [.. _instances.Select(static instance => instance.Run).OfType<UpstreamRun>()];

    public UpstreamRun? Lead => LeadInstance?.Run as UpstreamRun;

    public UpstreamRun? LeastBusy
    {
        get
        {
            // Who begins changes: of those that are alike in this, each has its turn.
            var first = Interlocked.Increment(ref _turn);
            var (best, least) = (default(UpstreamRun), int.MaxValue);
            for (var i = 0u; i < _instances.Length && least > 0; i++)
            {
                if (_instances[(first + i) % _instances.Length].Run is UpstreamRun run && run.Connection.Load is { } load && load < least)
                    (best, least) = (run, load);
            }

            return best;
        }
    }

    public TimeSpan? UnusedFor
    {
        get
        {
            // One that has just come up says nothing of how long nobody has used the server, but where nobody has since its start.
            var (sinceUse, sinceStart) = (TimeSpan.MaxValue, default(TimeSpan?));
            foreach (var run in Runs())
            {
                if (run.UnusedFor is not { } time)
                    return null;
                if (run is not UpstreamRun { Connection.WasUsed: false })
                    sinceUse = time < sinceUse ? time : sinceUse;
                else if (sinceStart is null || time > sinceStart)
                    sinceStart = time;
            }

            return sinceUse < TimeSpan.MaxValue ? sinceUse : sinceStart;
        }
    }

    /// <summary>The first that runs and takes calls, until it does not any more.</summary>
    private Instance? LeadInstance
    {
        get
        {
            var lead = Volatile.Read(ref _lead);
            if (TakesCalls(_instances[lead]))
                return _instances[lead];
            var next = Array.FindIndex(_instances, TakesCalls);
            if (next < 0)
                return _instances[lead].Run is not null ? _instances[lead] : Array.Find(_instances, static instance => instance.Run is not null);
            Interlocked.CompareExchange(ref _lead, next, lead);
            return _instances[next];
        }
    }

    /// <summary>Starts all, and returns when the first runs.</summary>
    /// <param name="force">When it fires, the end of what failed or was given up gets no more grace.</param>
    /// <param name="cancellationToken">Gives it up.</param>
    /// <exception cref="ServerLaunchException">Each has failed once; nothing is left of them.</exception>
    /// <exception cref="OperationCanceledException">It was given up; nothing is left of it.</exception>
    public async Task StartAsync(CancellationToken force, CancellationToken cancellationToken)
    {
        foreach (var instance in _instances)
            instance.Start();
        await _begun.Task.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (LeadInstance is { Run: { } run } first)
        {
            Calls = (run as UpstreamRun)?.Connection.Calls ?? Calls;
            lock (_gate)
                _isReady = true;
            Review(first);
            return;
        }

        var failure = Failure();
        await StopAsync(force).ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
        throw failure;
    }

    public async Task WholeAsync(CancellationToken cancellationToken)
    {
        await _whole.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        if (Runs().Count() < _instances.Length)
            throw Failure();
    }

    public ConnectionStatistics Measure(DateTimeOffset? connectedAt)
    {
        lock (_gate)
        {
            KeepCounts();
            var now = All.Select(run => run.Connection.Measure(connectedAt)).Aggregate(default(ConnectionStatistics), Sum) ?? new ConnectionStatistics(_id, connectedAt);
            return _past is null ? now : now.With(_past);
        }
    }

    public bool IsThere(UpstreamConnection? gone) => All.Any(run => run.Connection != gone && run.Connection.Load is not null);

    /// <summary>Probes all, each within the time that a probe has. The server answers where any of them does: it is for its own supervisor to end another.</summary>
    public async Task ProbeAsync(CancellationToken cancellationToken)
    {
        var startedAt = _time.GetTimestamp();
        var failures = new List<string>();
        await foreach (var check in Task.WhenEach(_instances.Select(static instance => instance.CheckAsync())).WithCancellation(cancellationToken).ConfigureAwait(false))
        {
            if (await check.ConfigureAwait(false) is { } failure)
                failures.Add(failure);
            else
                Calls.RecordProbe(startedAt);
        }

        if (failures.Count == _instances.Length)
            throw new InvalidOperationException($"no instance answers: {string.Join("; ", failures.Distinct())}");
    }

    /// <summary>Part of the probe of each instance.</summary>
    public Task<string?> TryCallAsync(HealthCall call, CancellationToken cancellationToken) => Task.FromResult<string?>(null);

    public bool TryRest()
    {
        if (UnusedFor is null)
            return false;
        var resting = new List<Instance>();
        foreach (var instance in _instances)
        {
            if (instance.Run is not { } run)
                continue;
            if (!run.TryRest())
            {
                foreach (var early in resting)
                    early.Restart(); // somebody came in this very moment: those that take no calls any more are replaced
                return false;
            }

            resting.Add(instance);
        }

        return true;
    }

    public void Watch(bool isOn)
    {
        foreach (var instance in _instances)
            instance.Watch(isOn);
    }

    public void Redefine(ServerConfig config)
    {
        foreach (var instance in _instances)
            instance.Redefine(config);
    }

    public void Revive()
    {
        foreach (var instance in _instances)
        {
            if (instance.Status.State is ServerState.Crashed or ServerState.FailedToStart)
                instance.Start();
        }
    }

    public string? DifferenceFrom(IServerRun other) => Lead?.DifferenceFrom(other);

    public Task RetireAsync(CancellationToken force)
    {
        foreach (var run in All)
            run.Connection.Retire();
        return StopAsync(force);
    }

    public async Task StopAsync(CancellationToken force)
    {
        using var forcing = force.UnsafeRegister(static state =>
        {
            foreach (var instance in (Instance[])state!)
                instance.Force();
        }, _instances);
        await StopOnce().ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync() => await StopOnce().ConfigureAwait(false);

    private Task StopOnce()
    {
        lock (_gate)
            return _stop ??= EndAsync();
    }

    private async Task EndAsync()
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding); // not within the gate
        try
        {
            await Task.WhenAll(_instances.Select(static instance => instance.DisposeAsync().AsTask())).ConfigureAwait(false);
        }
        finally
        {
            _ended.TrySetResult(_loss ?? new RunEnd("stopped on request", _instances[Volatile.Read(ref _lead)].Status.LastExit));
        }
    }

    private IEnumerable<IServerRun> Runs() => _instances.Select(static instance => instance.Run).OfType<IServerRun>();

    private static bool TakesCalls(Instance instance) => instance.Run switch
    {
        UpstreamRun run => run.Connection.Load is not null,
        var run => run is not null,
    };

    /// <summary>Why there are fewer than there are to be.</summary>
    private ServerLaunchException Failure()
    {
        var statuses = Array.ConvertAll(_instances, static instance => instance.Status);
        var running = statuses.Count(static status => status.State == ServerState.Running);
        var failed = statuses.FirstOrDefault(static status => status is { State: not ServerState.Running, LastError: not null }) ?? statuses[0];
        return new ServerLaunchException(
            running == 0 && failed.LastError is { } error ? error : $"Only {running} of the {statuses.Length} instances of server '{_id}' came up: {failed.LastError ?? failed.State.ToString()}",
            isPermanent: statuses.All(static status => status is { State: ServerState.FailedToStart, ConsecutiveFailures: 1 }),
            failed.LastExit);
    }

    /// <summary>Adds up what is known of all.</summary>
    private void Review(Instance changed)
    {
        lock (_gate)
        {
            KeepCounts();
            if (LeadInstance is not null || _instances.All(static instance => instance.HasSettled))
                _begun.TrySetResult();
            if (_instances.All(static instance => instance.HasSettled))
                _whole.TrySetResult();
            if (_stop is null)
                Tell(changed);
        }
    }

    private void Tell(Instance changed)
    {
        var statuses = Array.ConvertAll(_instances, static instance => InstanceStatus.Of(instance.Number, instance.Status));
        var lead = LeadInstance?.Status;
        var pid = lead is null && !_isReady ? Array.Find(statuses, static status => status.Pid is not null)?.Pid : lead?.Pid;
        if (pid is not null && pid != _toldPid)
            _observer.ProcessStarted((_toldPid = pid).Value);
        if (lead is not null)
        {
            _observer.FactsChanged(InstanceFacts.Of(lead, statuses));
        }
        else if (_isReady && changed.Status is { State: not ServerState.Running } last) // a run is over a moment before the status of its instance says so
        {
            _loss = new RunEnd($"none of its {_instances.Length} instances runs any more; the last one: {last.LastError ?? last.State.ToString()}", last.LastExit);
            _lost.TrySetResult(_loss.Reason);
            _stop ??= EndAsync(); // before their supervisors start them again, one by one
        }
    }

    /// <summary>What was said to and by processes that have ended is not forgotten: counts of a server only grow while it runs.</summary>
    private void KeepCounts()
    {
        for (var i = 0; i < _instances.Length; i++)
        {
            var run = _instances[i].Run as UpstreamRun;
            if (run == _seen[i])
                continue;
            if (_seen[i] is { } ended)
                _past = Sum(_past, ended.Connection.Measure(null) with { Pending = 0 });
            _seen[i] = run;
        }
    }

    private static ConnectionStatistics Sum(ConnectionStatistics? sum, ConnectionStatistics one) => sum?.With(one) ?? one;
}
