using Microsoft.Extensions.Logging;
using Steward.Configuration;
using Steward.Processes.Limits;
using Steward.Supervision;

namespace Steward.Processes;

/// <summary>
/// One started process and everything that comes of it. Once <see cref="Exited"/> has completed, nothing of it lives: not a
/// grandchild, not a daemon that left its session. Where there are no control groups, one kind escapes until the angel ends it with us: a
/// process that left its session, lost its parent and cleared its environment, so that nothing tells whose it is.
/// </summary>
internal sealed class ChildProcess : IAsyncDisposable
{
    /// <summary>How long output that is still in the pipe may take once the process is gone.</summary>
    public static readonly TimeSpan DrainTime = TimeSpan.FromMilliseconds(250);

    // Once all that came of it is gone, who could hold the pipe open is nobody of ours; a busy machine reads late.
    private static readonly TimeSpan LastWords = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan KillTime = TimeSpan.FromSeconds(5);

    private readonly ProcessSpec _spec;
    private readonly ProcessSpawner _spawner;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly LaunchedProcess _process;
    private readonly ServerLog _log;
    private readonly OutputPump _pump;
    private readonly Task _pumping;

    // Never disposed: it holds no timer, and a late StopAsync may still fire it.
    private readonly CancellationTokenSource _force = new();
    private readonly Lock _gate = new();
    private IReadOnlyCollection<ProcessIdentity> _descendants = [];
    private readonly TaskCompletionSource<ProcessExit> _died = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<string> _overstepped = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task? _stopCommand;
    private Task? _stopping;
    private Task? _disposing;

    private ShutdownPolicy _shutdown;

    private ChildProcess(
        ProcessSpec spec, LaunchedProcess process, ProcessSpawner spawner, ServerLog log, TimeProvider time, ILogger logger)
    {
        (_spec, _process, _spawner, _time, _logger, _shutdown) = (spec, process, spawner, time, logger, spec.Shutdown);
        _log = log;
        spawner.Ledger?.Add(process.Run, spec.ServerId, process.Identity, spec.StopCommand);
        if (spec.IsServer)
            BeginMeasuring();
        logger.ProcessStarted(spec.ServerId, Id, spec.Command);
        (Input, Output) = (process.Input, process.Output);
        _pump = new OutputPump(process.Error, log, time);
        _pumping = _pump.RunAsync();
        Exited = WatchAsync();
    }

    public int Id => _process.Identity.Id;

    /// <summary>How it is stopped. What is said once a stop is under way comes too late.</summary>
    public ShutdownPolicy Shutdown
    {
        get => Volatile.Read(ref _shutdown);
        set => Volatile.Write(ref _shutdown, value);
    }

    /// <summary>The process's standard input. A write blocks while the process does not read.</summary>
    public Stream Input { get; }

    /// <summary>The process's standard output; it may hold unread bytes after the exit.</summary>
    public Stream Output { get; }

    /// <summary>Completes when the process and all that came of it are gone. Never faults.</summary>
    public Task<ProcessExit> Exited { get; }

    /// <summary>Completes, with the words for it, when the process takes more than its limits say. It is for others to stop it. May never complete.</summary>
    public Task<string> Overstepped => _overstepped.Task;

    /// <summary>Which limit the system itself has ended it for, in words; null: for none.</summary>
    public string? Verdict { get; private set; }

    /// <summary>Completes when the process itself is gone; its stop command may still run, and what came of it live. Never faults.</summary>
    public Task<ProcessExit> Died => _died.Task;

    /// <summary>Whether the process itself has ended, also where word of that is still on its way.</summary>
    public bool IsOver => _process.Gone.IsCompleted
        || (OperatingSystem.IsLinux() && !(ProcessTable.Read(Id) is { IsDead: false } entry && entry.Identity == _process.Identity));

    /// <summary>Starts a process.</summary>
    /// <exception cref="ServerLaunchException">It cannot be started; the message says why and what to do.</exception>
    public static async Task<ChildProcess> StartAsync(
        ProcessSpec spec, ProcessSpawner spawner, ServerLog log, TimeProvider time, ILogger logger, CancellationToken cancellationToken) =>
        new(spec, await LaunchedProcess.StartAsync(spec, spawner, cancellationToken).ConfigureAwait(false), spawner, log, time, logger);

    /// <summary>
    /// Ends the process: its stop command, end of input, half the grace, SIGTERM to its group, the other half, SIGKILL. One that takes
    /// too much is killed at once, and its stop command comes after that. Returns when nothing of it lives. Further calls join the
    /// first; each can force.
    /// </summary>
    /// <param name="force">When it fires, what is left of the grace is skipped.</param>
    public async Task StopAsync(CancellationToken force)
    {
        Task stopping;
        lock (_gate)
        {
            stopping = _stopping ??= Task.Run(EndAsync, CancellationToken.None);
        }

        using (force.UnsafeRegister(static state => ((CancellationTokenSource)state!).Cancel(), _force))
        {
            await stopping.ConfigureAwait(false);
        }
    }

    /// <summary>Stops the process if it still runs, and closes the pipes.</summary>
    public ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            _disposing ??= DisposeOnceAsync();
        }

        return new ValueTask(_disposing);
    }

    /// <summary>The one way out, whoever ended the process.</summary>
    private async Task<ProcessExit> WatchAsync()
    {
        var code = await _process.Gone.ConfigureAwait(false);
        var at = _time.GetUtcNow();
        _spawner.Monitor?.Remove(_process.Run);
        Verdict = code == SignalNames.ExitCodeOf(Posix.SigKill) ? _process.Limits.Verdict() : null;
        TellReached();
        var sweeping = _spec.StopCommand is null ? SweepAsync() : null; // else not before the command: that carries the marker of the run, too
        await _pumping.WaitAsync(DrainTime, _time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _died.TrySetResult(Exit());
        if (_spec.StopCommand is not null)
        {
            if (_overstepped.Task.IsCompleted && !HasStopCommandBegun)
                await SweepAsync().ConfigureAwait(false); // what came of it may be what takes so much
            await RunStopCommandAsync().ConfigureAwait(false);
        }

        await (sweeping ?? SweepAsync()).ConfigureAwait(false);
        if (_process.Limits.Clear() is > 0 and var hidden) // from the sweep: without parent, session and marker
            _logger.LeftoversKilled(hidden);
        await _pumping.WaitAsync(LastWords, _time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _spawner.Ledger?.Remove(_process.Run);

        var exit = Exit();
        _logger.ProcessEnded(_spec.ServerId, Id, exit.ToString());
        return exit;

        ProcessExit Exit() => new(code, SignalNames.FromExitCode(code), at, _pump.Tail);
    }

    private void BeginMeasuring()
    {
        var (limits, monitor) = (_process.Limits, _spawner.Monitor);
        var missing = limits.Missing.ToLookup(limit => monitor is { CanMeasure: true } && LimitKeys.CanBeWatched(limit.Key), limit => $"{limit.Key}: {limit.Why}");
        var (watched, notEnforced) = (missing[true].ToList(), missing[false].ToList());
        foreach (var limit in notEnforced.Where(IsNews))
            _logger.LimitNotEnforced(_spec.ServerId, limit);
        foreach (var limit in watched.Where(IsNews))
            _logger.LimitWatched(_spec.ServerId, limit);
        monitor?.Add(new MeasuredRun(_spec.ServerId, _process.Run, _process.Identity, _process.OwnsSession)
        {
            Limits = limits.Watched,
            NotEnforced = notEnforced,
            Watched = watched,
            Reached = limits.Reached,
            Overstepped = words => _overstepped.TrySetResult(words),
        });

        bool IsNews(string limit) => _spawner.ToldLimits.TryAdd($"{_spec.ServerId} {limit}", true);
    }

    /// <summary>To come to a limit ends nothing by itself, but is often why something else went wrong.</summary>
    private void TellReached()
    {
        foreach (var limit in _process.Limits.Reached())
        {
            _logger.LimitReached(_spec.ServerId, Id, limit);
            _log.Append(LogSource.Steward, $"limits.{limit}");
        }
    }

    /// <summary>Runs the operator's command for this run, once, whoever comes to the end first.</summary>
    private Task RunStopCommandAsync()
    {
        if (_spec.StopCommand is not { } command)
            return Task.CompletedTask;

        lock (_gate)
        {
            return _stopCommand ??= Task.Run(() => new StopCommandRunner(_spawner, _spec.Variables, _time, _logger)
                .RunAsync(command, _spec.ServerId, _process.Run, Id, _log, _force.Token));
        }
    }

    private bool HasStopCommandBegun
    {
        get
        {
            lock (_gate)
                return _stopCommand is not null;
        }
    }

    private async Task SweepAsync()
    {
        try
        {
            var request = new SweepRequest(_process.Identity, _process.Run, _process.OwnsSession, _descendants);
            await _spawner.Sweeper.SweepAsync(request).ConfigureAwait(false);
        }
        catch (Exception exception) // the exit must be told whatever the search for leftovers meets, such as no free descriptor
        {
            _logger.SweepFailed(exception, _spec.ServerId, Id);
        }
    }

    private async Task EndAsync()
    {
        if (_overstepped.Task.IsCompleted)
        {
            await KillAsync().ConfigureAwait(false); // each moment it takes more of the machine; whoever watches sees to the stop command
            await Exited.ConfigureAwait(false);
            return;
        }

        var half = Shutdown.Grace / 2; // once: both halves of one grace
        RememberDescendants();
        await RunStopCommandAsync().ConfigureAwait(false); // first, while what it names is surely there: to miss it later would be a warning with each stop
        RememberDescendants();
        await Input.DisposeAsync().ConfigureAwait(false);
        if (!await IsGoneWithinAsync(half, _force.Token).ConfigureAwait(false))
        {
            RememberDescendants();
            _process.Signal(Posix.SigTerm, _logger);
            _process.Signal(Posix.SigCont, _logger); // a stopped process hears nothing else
            if (!await IsGoneWithinAsync(half, _force.Token).ConfigureAwait(false))
                await KillAsync().ConfigureAwait(false);
        }

        await Exited.ConfigureAwait(false);
    }

    private async Task KillAsync()
    {
        if (!_force.IsCancellationRequested && !_overstepped.Task.IsCompleted)
            _logger.ProcessKilled(_spec.ServerId, Id, Shutdown.Grace);
        RememberDescendants();
        _process.Signal(Posix.SigKill, _logger);
        _process.Limits.Kill(); // no fork is fast enough for that
        if (await IsGoneWithinAsync(KillTime, CancellationToken.None).ConfigureAwait(false))
            return;

        _logger.ProcessUnkillable(_spec.ServerId, Id);
        _process.GiveUp();
    }

    private async Task<bool> IsGoneWithinAsync(TimeSpan time, CancellationToken force)
    {
        // SuppressThrowing: running out of time or patience leads to the next, stronger step.
        await ((Task)_process.Gone).WaitAsync(time, _time, force).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return _process.Gone.IsCompleted;
    }

    /// <summary>A grandchild in a session of its own with a cleared environment can be told as ours only while its parent lives.</summary>
    private void RememberDescendants()
    {
        if (!_process.Gone.IsCompleted)
            _descendants = [.. _descendants, .. ProcessTable.Descendants(Id).Select(entry => entry.Identity)];
    }

    private async Task DisposeOnceAsync()
    {
        await StopAsync(CancellationToken.None).ConfigureAwait(false);
        _process.Dispose();
        await _pumping.ConfigureAwait(false);
    }
}
