using Steward.Configuration;
using Steward.Processes;
using Steward.Supervision;

namespace Steward.Tests.Testing;

/// <summary>A run that lives until the test, or a stop, ends it.</summary>
internal sealed class FakeRun(FakeLauncher launcher, FakeLaunch launch) : IServerRun
{
    private readonly TaskCompletionSource<RunEnd> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<string> _lost = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _stopRequested = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _probing;
    private int _probes;
    private int _isOver;

    public FakeLaunch Launch => launch;

    public Task<RunEnd> Ended => _ended.Task;

    public Task<string> Lost => _lost.Task;

    /// <summary>Completes when somebody asks the run to stop.</summary>
    public Task StopRequested => _stopRequested.Task;

    /// <summary>How a probe is answered. Default: at once.</summary>
    public Func<CancellationToken, Task> OnProbe { get; set; } = _ => Task.CompletedTask;

    /// <summary>How a stop goes, before the run ends by it. Default: at once.</summary>
    public Func<CancellationToken, Task> OnStop { get; set; } = _ => Task.CompletedTask;

    /// <summary>How the run finishes what it is at when another has taken its place. Default: at once.</summary>
    public Func<CancellationToken, Task> OnRetire { get; set; } = _ => Task.CompletedTask;

    /// <summary>Hears whether it is watched, on the loop of its supervisor.</summary>
    public Action<bool> OnWatch { get; set; } = static _ => { };

    /// <summary>Whether several processes answer its probes, each within its own time.</summary>
    public bool ProbesParts { get; set; }

    /// <summary>What it offers otherwise than any other run.</summary>
    public string? Difference { get; set; }

    /// <summary>Whether another run has taken its place.</summary>
    public bool IsRetired { get; private set; }

    /// <summary>For how long nobody has used it; null while somebody does.</summary>
    public Func<TimeSpan?> Unused { get; set; } = static () => null;

    /// <summary>Whether nobody begins to use it when it is to rest.</summary>
    public bool MayRest { get; set; } = true;

    public TimeSpan? UnusedFor => Unused();

    public bool TryRest() => MayRest;

    /// <summary>What disposal throws, where it does.</summary>
    public Exception? DisposalFailure { get; set; }

    public int Probes => Volatile.Read(ref _probes);

    public bool ProbesOverlapped { get; private set; }

    /// <summary>The last definition that it was given while it ran.</summary>
    public ServerConfig? Redefined { get; private set; }

    public bool IsDisposed { get; private set; }

    /// <summary>Ends the run as a crash does: without anybody asking.</summary>
    public void Crash(string reason, ProcessExit? exit = null) => End(new RunEnd(reason, exit));

    /// <summary>Breaks whatever watches the run, so that nobody will ever say how it ended.</summary>
    public void Break(Exception failure) => _ended.TrySetException(failure);

    /// <summary>Makes the run useless without ending it, as a server does that closes its output.</summary>
    public void Lose(string reason) => _lost.TrySetResult(reason);

    public async Task ProbeAsync(CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _probes);
        ProbesOverlapped |= Interlocked.Increment(ref _probing) > 1;
        try
        {
            await OnProbe(cancellationToken);
        }
        finally
        {
            Interlocked.Decrement(ref _probing);
        }
    }

    /// <summary>How the call that a probe makes goes. Default: well, at once.</summary>
    public Func<HealthCall, CancellationToken, Task<string?>> OnCall { get; set; } = (_, _) => Task.FromResult<string?>(null);

    public CallWindow Calls { get; } = new(launcher.Time);

    public Task<string?> TryCallAsync(HealthCall call, CancellationToken cancellationToken) => OnCall(call, cancellationToken);

    /// <summary>Says what is known of the run.</summary>
    public void Say(RunFacts facts) => launch.Observer.FactsChanged(facts);

    public void Watch(bool isOn) => OnWatch(isOn);

    public void Redefine(ServerConfig config) => Redefined = config;

    public string? DifferenceFrom(IServerRun other) => Difference;

    public async Task RetireAsync(CancellationToken force)
    {
        IsRetired = true;
        await OnRetire(force);
        End(new RunEnd("replaced"));
    }

    public async Task StopAsync(CancellationToken force)
    {
        _stopRequested.TrySetResult();
        await OnStop(force);
        End(new RunEnd("stopped on request"));
    }

    public ValueTask DisposeAsync()
    {
        IsDisposed = true;
        End(new RunEnd("disposed"));
        return DisposalFailure is null ? ValueTask.CompletedTask : ValueTask.FromException(DisposalFailure);
    }

    private void End(RunEnd end)
    {
        if (Interlocked.Exchange(ref _isOver, 1) == 0)
            launcher.NoteOver(launch.Config.Id); // before anybody can hear of the end and start the next run
        _ended.TrySetResult(end);
    }
}
