using Steward.Configuration;
using Steward.Telemetry;

namespace Steward.Supervision;

/// <content>Runs: starting, serving and ending them.</content>
internal sealed partial class ServerSupervisor
{
    /// <summary>A server that wants to be left alone for longer may have counted wrongly.</summary>
    private static readonly TimeSpan LongestWish = TimeSpan.FromHours(1);

    private void Perform(Effect effect, Signal signal, ref ServerStatus status)
    {
        if (effect is not (Effect.None or Effect.BeginService or Effect.LaunchSuccessor or Effect.SwitchOver or Effect.DropSuccessor))
            EndService();
        switch (effect)
        {
            case Effect.Launch:
                DisarmRetry();
                _launch = new CancellationTokenSource();
                (_run, _launched) = (++_lastRun, Config);
                _running = LaunchAsync(_run, _running, _launch.Token);
                break;
            case Effect.AbortLaunch:
                _ = CancelAsync(_launch!); // cannot fault; its end is a signal
                break;
            case Effect.BeginService:
                BeginService(((Signal.Connected)signal).Server);
                break;
            case Effect.Terminate:
                if (_successor is not null)
                    TakeOverUntried();
                _ = TerminateAsync(_live!); // cannot fault; its end is a signal
                break;
            case Effect.TerminateLate:
                _ = TerminateAsync(((Signal.Connected)signal).Server);
                break;
            case Effect.LaunchSuccessor or Effect.SwitchOver or Effect.DropSuccessor or Effect.AdoptSuccessor:
                Succeed(effect, signal, ref status);
                break;
            case Effect.ArmRetry:
                status = ArmRetry(status, (signal as Signal.LaunchFailed)?.RetryAfter ?? TimeSpan.Zero);
                break;
            case Effect.DisarmRetry:
                DisarmRetry();
                break;
        }

        if (signal is Signal.Ended)
        {
            EndService();
            _live = null;
        }
    }

    private void BeginService(IServerRun server)
    {
        (_live, _servingSince) = (server, _tools.Time.GetTimestamp());
        server.Calls.Reset(); // what was before says nothing of this run
        if (!ReferenceEquals(_launched, Config))
            server.Redefine(Config); // it was defined anew meanwhile, in nothing that would need another run
        server.Watch(_tools.Monitoring.IsOn); // it may have been switched while the run was being started
        WatchHealth(server);
        var proven = new Signal.Proven(_run);
        _proof = _tools.Time.CreateTimer(_ => Post(proven), null, Config.RestartPolicy.ResetAfter, Timeout.InfiniteTimeSpan);
        WatchIdleness(server);
        _server.Current = server; // last: it is there for calls only once all is armed
    }

    private void EndService()
    {
        _server.Current = null;
        UnwatchHealth();
        _proof?.Dispose();
        _idle?.Dispose();
        (_proof, _idle) = (null, null);
    }

    private ServerStatus ArmRetry(ServerStatus status, TimeSpan wish)
    {
        var now = _tools.Time.GetUtcNow();
        var delay = _backoff.Delay(status.ConsecutiveFailures);
        if (status.ConsecutiveFailures == 1 && !IsIll && _status.RunningSince is not null)
        {
            var served = TimeSpan.FromMilliseconds(Math.Round(_tools.Time.GetElapsedTime(_servingSince).TotalMilliseconds)); // timers know no less
            delay = delay > served ? delay - served : TimeSpan.Zero; // it ran well: who waits for it waits no longer than needs be
        }

        if (wish > delay)
            delay = wish < LongestWish ? wish : LongestWish;
        var due = new Signal.RetryDue(_run);
        _retry = _tools.Time.CreateTimer(_ => Post(due), null, delay, Timeout.InfiniteTimeSpan);
        _server.RetryDueAt = _tools.Time.GetTimestamp() + (long)(delay.TotalSeconds * _tools.Time.TimestampFrequency);
        return status with { NextRetryAt = now + delay };
    }

    private void DisarmRetry()
    {
        _retry?.Dispose();
        _retry = null;
    }

    /// <summary>One run, start to end. It cannot fault: however it ends, the end is a signal.</summary>
    private async Task LaunchAsync(int run, Task last, CancellationToken aborted, ServerConfig? beside = null)
    {
        // Never two runs of one server, but where one is to take the place of the other; and a launcher that blocks must not block the loop.
        await last.ConfigureAwait(ConfigureAwaitOptions.ForceYielding | ConfigureAwaitOptions.SuppressThrowing);
        IServerRun server;
        string? problem = null;
        var span = OperationTrace.BeginStart(Config.Id);
        try
        {
            await OutwaitAsync(_before, aborted).ConfigureAwait(false);
            server = await LaunchInTimeAsync(run, beside ?? Config, aborted).ConfigureAwait(false);
            if (beside is not null)
                problem = await ProveAsync(server, beside, aborted).ConfigureAwait(false);
            OperationTrace.EndStart(span, errorType: null);
        }
        catch (Exception) when (aborted.IsCancellationRequested) // whatever an abort breaks on its way out is no news
        {
            OperationTrace.EndStart(span, "cancelled");
            Post(new Signal.LaunchFailed(run, "stopped on request", IsPermanent: false, Exit: null));
            return;
        }
        catch (Exception failure) // a child's fate is data: no failure of one server may end its supervisor
        {
            OperationTrace.EndStart(span, failure.GetType().Name);
            var known = failure as ServerLaunchException;
            Post(new Signal.LaunchFailed(run, failure.Message, known?.IsPermanent ?? false, known?.Exit) { RetryAfter = known?.RetryAfter ?? TimeSpan.Zero });
            if (known is null)
                _tools.Logger.LaunchBroken(Config.Id, failure); // no server's fault: the status has its words, the log its place
            return;
        }

        Post(new Signal.Connected(run, server) { CallProblem = problem });
        // One that is given up in the very moment in which it is ready is nobody's.
        using var givenUp = beside is null ? default : aborted.UnsafeRegister(_ => _ = TerminateAsync(server), null);
        await FollowAsync(run, server).ConfigureAwait(false);
    }

    /// <summary>Tells how a run ends.</summary>
    private async Task FollowAsync(int run, IServerRun server)
    {
        var end = new RunEnd("it is not known how it ended");
        Exception? broken = null;
        try
        {
            await Task.WhenAny(server.Ended, server.Lost).ConfigureAwait(false);
            if (!server.Ended.IsCompleted)
                Post(new Signal.Lost(run, await server.Lost.ConfigureAwait(false)));
            end = await server.Ended.ConfigureAwait(false);
        }
        catch (Exception failure) // whoever watches a run may break: the server is not to be taken for running for ever
        {
            broken = failure;
        }

        try
        {
            await ReleaseAsync(server).ConfigureAwait(false);
        }
        finally
        {
            Post(new Signal.Ended(run, end)); // after disposal: ended means that nothing is left
        }

        if (broken is not null)
            _tools.Logger.RunBroken(Config.Id, broken);
    }

    /// <summary>What is left of an earlier server of this id may never end: that is said, and tried again like any other failure.</summary>
    private async Task OutwaitAsync(Task before, CancellationToken aborted)
    {
        try
        {
            await before.WaitAsync(Config.StartupTimeout, _tools.Time, aborted).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            throw new ServerLaunchException(
                $"The process of the server that had the id '{Config.Id}' before, and was removed, has still not ended after {Config.StartupTimeout.TotalSeconds:0.###} s (startupTimeoutMs), and two are never run at one time. See what keeps it from ending, or use another id.");
        }
    }

    private async Task ReleaseAsync(IServerRun server)
    {
        try
        {
            await server.DisposeAsync().ConfigureAwait(false);
        }
        catch (Exception failure) // the run is over all the same: its server must not wait for ever for word of it
        {
            _tools.Logger.ReleaseFailed(Config.Id, failure);
        }
    }

    private async Task<IServerRun> LaunchInTimeAsync(int run, ServerConfig config, CancellationToken aborted)
    {
        await _tools.Starts.WaitAsync(aborted).ConfigureAwait(false);
        using var turn = new StartTurn(_tools.Starts);
        using var timeout = new CancellationTokenSource(config.StartupTimeout, _tools.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, aborted);
        // Given back as soon as the launch is given up: to clean up after it can take a whole grace period.
        using var givenUp = either.Token.UnsafeRegister(static state => ((StartTurn)state!).Dispose(), turn);
        var observer = new Observer(this, run);
        try
        {
            return await _tools.Launcher.LaunchAsync(config, observer, _force.Token, either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested && !aborted.IsCancellationRequested)
        {
            throw new ServerLaunchException(
                $"Server '{config.Id}' was not ready within {config.StartupTimeout.TotalSeconds:0.###} s: {WaitedFor(config, observer)}. Look at its log; raise startupTimeoutMs if it only needs longer.");
        }
    }

    private async Task TerminateAsync(IServerRun server)
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding); // nor must a stop that blocks
        try
        {
            await server.StopAsync(_force.Token).ConfigureAwait(false);
        }
        catch (Exception failure) // the run's end is awaited elsewhere; that its stop went wrong must not get lost
        {
            await ReleaseAsync(server).ConfigureAwait(false); // the harder way: nobody is to wait for ever for its end
            _tools.Logger.StopFailed(Config.Id, failure);
        }
    }

    /// <summary>Off the loop: what is cancelled runs code of its own.</summary>
    private async Task CancelAsync(CancellationTokenSource source)
    {
        try
        {
            await source.CancelAsync().ConfigureAwait(false);
        }
        catch (Exception failure) // of a callback; the others have been called all the same
        {
            _tools.Logger.CancellationFailed(Config.Id, failure);
        }
    }

    private static string WaitedFor(ServerConfig config, Observer observer) =>
        config.Transport != ServerTransport.Stdio ? "its endpoint did not answer the handshake and the first listing"
        : observer.Pid is { } pid ? $"its process (pid {pid}) was up, but did not answer the handshake and the first listing"
        : "its process did not come up";

    private sealed class Observer(ServerSupervisor supervisor, int run) : IRunObserver
    {
        /// <summary>The process, once there is one; read by the launch that this observes, after it has ended.</summary>
        public int? Pid { get; private set; }

        public void ProcessStarted(int pid)
        {
            Pid = pid;
            supervisor.Post(new Signal.ProcessStarted(run, pid));
        }

        public void FactsChanged(RunFacts facts) => supervisor.Post(new Signal.FactsChanged(run, facts));
    }
}
