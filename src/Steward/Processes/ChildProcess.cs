using System.ComponentModel;
using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Steward.Supervision;

namespace Steward.Processes;

/// <summary>
/// One started process and everything that comes of it. Once <see cref="Exited"/> has completed, nothing of it lives: not a
/// grandchild, not a daemon that left its session. One kind escapes until the angel ends it with us: a process that left its
/// session, lost its parent and cleared its environment, so that nothing tells whose it is.
/// </summary>
internal sealed class ChildProcess : IAsyncDisposable
{
    // How long output that is still in the pipe may take once the process is gone.
    private static readonly TimeSpan DrainTime = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan KillTime = TimeSpan.FromSeconds(5);

    private readonly ProcessSpec _spec;
    private readonly ProcessSpawner _spawner;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Process _process;
    private readonly string _run = RunMarker.NewRun();
    private readonly TaskCompletionSource<int> _gone = new(TaskCreationOptions.RunContinuationsAsynchronously);
    // Never disposed: it holds no timer, and a late StopAsync may still fire it.
    private readonly CancellationTokenSource _force = new();
    private readonly Lock _gate = new();
    private ProcessIdentity _identity;
    private bool _ownsSession;
    private IReadOnlyCollection<ProcessIdentity> _descendants = [];
    private StderrPump _pump = null!;
    private Task _pumping = Task.CompletedTask;
    private Task? _stopping;
    private Task? _disposing;

    private ChildProcess(ProcessSpec spec, ProcessSpawner spawner, TimeProvider time, ILogger logger)
    {
        (_spec, _spawner, _time, _logger) = (spec, spawner, time, logger);
        _process = new Process { EnableRaisingEvents = true };
        // The event comes from the process, not from the end of its output, which a grandchild may hold open.
        _process.Exited += (_, _) => _gone.TrySetResult(_process.ExitCode);
    }

    public int Id => _identity.Id;

    /// <summary>The process's standard input. A write blocks while the process does not read.</summary>
    public Stream Input { get; private set; } = Stream.Null;

    /// <summary>The process's standard output; it may hold unread bytes after the exit.</summary>
    public Stream Output { get; private set; } = Stream.Null;

    /// <summary>Completes when the process and all that came of it are gone. Never faults.</summary>
    public Task<ProcessExit> Exited { get; private set; } = null!;

    /// <summary>Starts a process.</summary>
    /// <exception cref="ServerLaunchException">It cannot be started; the message says why and what to do.</exception>
    public static async Task<ChildProcess> StartAsync(
        ProcessSpec spec, ProcessSpawner spawner, ServerLog log, TimeProvider time, ILogger logger, CancellationToken cancellationToken)
    {
        var path = CommandResolver.Resolve(spec);
        var chain = await spawner.Chain.WaitAsync(cancellationToken).ConfigureAwait(false);
        var child = new ChildProcess(spec, spawner, time, logger);
        try
        {
            child.Prepare(path, chain);
            child._identity = await spawner.StartAsync(child._process, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            child._process.Dispose();
            if (exception is Win32Exception or InvalidOperationException)
                throw new ServerLaunchException($"Cannot start server '{spec.ServerId}': {path}: {exception.Message}", innerException: exception);
            throw;
        }

        child.Begin(log, chain.OwnsSession);
        return child;
    }

    /// <summary>
    /// Ends the process: end of input, half the grace, SIGTERM to its group, the other half, SIGKILL. Returns when nothing of
    /// it lives. Further calls join the first; each can force.
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

    private void Prepare(string path, LaunchChain chain)
    {
        var start = _process.StartInfo;
        chain.Apply(start, path, _spec.Args);
        start.WorkingDirectory = _spec.WorkingDirectory;
        start.UseShellExecute = false;
        start.RedirectStandardInput = start.RedirectStandardOutput = start.RedirectStandardError = true;
        foreach (var (name, value) in _spec.Env)
            start.Environment[name] = value;
        start.Environment[RunMarker.ServerVariable] = _spec.ServerId;
        start.Environment[RunMarker.RunVariable] = _run;
    }

    private void Begin(ServerLog log, bool ownsSession)
    {
        _ownsSession = ownsSession;
        _spawner.Ledger?.Add(_run, _spec.ServerId, _identity);
        _logger.ProcessStarted(_spec.ServerId, Id, _spec.Command);

        // The base streams are epoll I/O. The readers above them are never used, and neither is FileStream: it would cost a
        // blocked thread per pipe.
        (Input, Output) = (_process.StandardInput.BaseStream, _process.StandardOutput.BaseStream);
        _pump = new StderrPump(_process.StandardError.BaseStream, log, _time);
        _pumping = _pump.RunAsync();
        Exited = WatchAsync();
    }

    /// <summary>The one way out, whoever ended the process.</summary>
    private async Task<ProcessExit> WatchAsync()
    {
        var code = await _gone.Task.ConfigureAwait(false);
        var at = _time.GetUtcNow();
        await SweepAsync().ConfigureAwait(false);
        await _pumping.WaitAsync(DrainTime, _time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _spawner.Ledger?.Remove(_run);

        var exit = new ProcessExit(code, SignalNames.FromExitCode(code), at, _pump.Tail);
        _logger.ProcessEnded(_spec.ServerId, Id, exit.ToString());
        return exit;
    }

    private async Task SweepAsync()
    {
        try
        {
            await _spawner.Sweeper.SweepAsync(new SweepRequest(_identity, _run, _ownsSession, _descendants)).ConfigureAwait(false);
        }
        catch (Exception exception) // the exit must be told whatever the search for leftovers meets, such as no free descriptor
        {
            _logger.SweepFailed(exception, _spec.ServerId, Id);
        }
    }

    private async Task EndAsync()
    {
        var half = _spec.Shutdown.Grace / 2;
        RememberDescendants();
        await Input.DisposeAsync().ConfigureAwait(false);
        if (!await IsGoneWithinAsync(half, _force.Token).ConfigureAwait(false))
        {
            RememberDescendants();
            Signal(Posix.SigTerm);
            Signal(Posix.SigCont); // a stopped process hears nothing else
            if (!await IsGoneWithinAsync(half, _force.Token).ConfigureAwait(false))
                await KillAsync().ConfigureAwait(false);
        }

        await Exited.ConfigureAwait(false);
    }

    private async Task KillAsync()
    {
        if (!_force.IsCancellationRequested)
            _logger.ProcessKilled(_spec.ServerId, Id, _spec.Shutdown.Grace);
        RememberDescendants();
        Signal(Posix.SigKill);
        if (await IsGoneWithinAsync(KillTime, CancellationToken.None).ConfigureAwait(false))
            return;

        _logger.ProcessUnkillable(_spec.ServerId, Id);
        _gone.TrySetResult(128 + Posix.SigKill);
    }

    private async Task<bool> IsGoneWithinAsync(TimeSpan time, CancellationToken force)
    {
        // SuppressThrowing: running out of time or patience leads to the next, stronger step.
        await ((Task)_gone.Task).WaitAsync(time, _time, force).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return _gone.Task.IsCompleted;
    }

    /// <summary>A grandchild in a session of its own with a cleared environment can be told as ours only while its parent lives.</summary>
    private void RememberDescendants()
    {
        if (OperatingSystem.IsLinux() && !_gone.Task.IsCompleted)
            _descendants = [.. _descendants, .. ProcessTable.Descendants(Id).Select(entry => entry.Identity)];
    }

    private void Signal(int signal)
    {
        if (_gone.Task.IsCompleted)
            return;

        if (OperatingSystem.IsWindows() || (signal == Posix.SigKill && !_ownsSession))
        {
            if (signal == Posix.SigKill)
                KillTree();
        }
        else if (!_ownsSession || !Posix.SignalGroup(Id, signal))
        {
            // No group yet: in its first millisecond the process is still on its way through the launch chain.
            Posix.Signal(Id, signal);
        }
    }

    private void KillTree()
    {
        try
        {
            _process.Kill(entireProcessTree: true);
        }
        catch (Exception exception) when (exception is InvalidOperationException or Win32Exception or AggregateException)
        {
            _logger.KillFailed(_spec.ServerId, Id, exception.Message);
        }
    }

    private async Task DisposeOnceAsync()
    {
        await StopAsync(CancellationToken.None).ConfigureAwait(false);
        // Process does not close streams that were touched: each would stay open until a garbage collection.
        await Output.DisposeAsync().ConfigureAwait(false);
        await _process.StandardError.BaseStream.DisposeAsync().ConfigureAwait(false);
        await _pumping.ConfigureAwait(false);
        _process.Dispose();
    }
}
