using System.Threading.Channels;
using Steward.Configuration;
using Steward.Telemetry;

namespace Steward.Supervision;

/// <summary>Owns one server. All state below is touched by its loop alone; everybody else posts a signal.</summary>
internal sealed partial class ServerSupervisor : IAsyncDisposable
{
    // Beyond drain and grace: what a kill, the search for leftovers and a busy machine may add.
    private static readonly TimeSpan Slack = TimeSpan.FromSeconds(10);

    // Not bounded, for no signal may be lost, and needs no bound, for the loop never waits and each writer has a limited rate: who asks for
    // something is answered first, timers and probes speak once in their interval, the line of waiting calls once in each look of it, and a
    // run when what it offers has been read again or one of its processes comes or goes.
    private readonly Channel<Signal> _inbox = Channel.CreateUnbounded<Signal>(new() { SingleReader = true });
    private readonly ManagedServer _server;
    private readonly SupervisionTools _tools;
    private readonly Task _before;

    // Never disposed, like those below: they hold no timer, and a late call may still fire them.
    private readonly CancellationTokenSource _force = new();
    private readonly Task _loop;

    private Backoff _backoff;
    private ServerStatus _status;
    private int _run; // the present run
    private int _lastRun; // the highest number that a run has
    private StopPurpose _purpose;
    private bool _isClosing;
    private IServerRun? _live;
    private ServerConfig? _launched; // by which the present run was started
    private Task _running = Task.CompletedTask;
    private CancellationTokenSource? _launch;
    private long _servingSince; // a timestamp of the clock: the time of day may be set meanwhile
    private ITimer? _retry;
    private ITimer? _proof;

    /// <param name="server">The server.</param>
    /// <param name="tools">What it takes.</param>
    /// <param name="before">What is left of an earlier server of that id: it must have ended before anything is started.</param>
    public ServerSupervisor(ManagedServer server, SupervisionTools tools, Task? before = null)
    {
        (_server, _tools, _before) = (server, tools, before ?? Task.CompletedTask);
        _backoff = Backoff.Of(Config, tools.Random);
        _status = tools.Board.Publish(Described(new ServerStatus
        {
            Id = Config.Id,
            State = Config.Disabled ? ServerState.Disabled : ServerState.Stopped,
            Since = tools.Time.GetUtcNow(),
            Transport = Config.Transport,
        }));
        _server.Call = () => Post(new Signal.Called());
        _loop = RunAsync();
    }

    public ManagedServer Server => _server;

    private ServerConfig Config => _server.Meant;

    private TimeSpan StopBound =>
        Config.Shutdown.Drain + Config.Shutdown.Grace + (Config.StopCommand.Count > 0 ? Config.Shutdown.Command : TimeSpan.Zero) + Slack;

    public Task<long?> StartAsync() => AskAsync(new Signal.StartRequested());

    /// <summary>Has it be there for calls: a lazy server waits for the first of them.</summary>
    public Task<long?> ServeAsync() => AskAsync(new Signal.ServeRequested());

    public Task<long?> StopAsync() => AskAsync(new Signal.StopRequested());

    public Task<long?> RestartAsync() => AskAsync(new Signal.RestartRequested());

    /// <summary>Completes when all that was asked before has been heard.</summary>
    public Task<long?> PassAsync() => AskAsync(new Signal.Passed());

    /// <summary>Stops without any more grace.</summary>
    public void Force() => _ = CancelAsync(_force); // cannot fault

    /// <summary>Completes when nothing of it is left, nor of what was before it, after it was disposed; never where a process cannot be ended.</summary>
    public Task Ended => Task.WhenAll(_before, EndAsync());

    /// <summary>Stops the server, gracefully unless forced, and ends the loop. Bounded: what will not end is given up.</summary>
    public async ValueTask DisposeAsync()
    {
        Post(new Signal.StopRequested { IsFinal = true });
        try
        {
            await EndAsync().WaitAsync(StopBound, _tools.Time).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            _tools.Logger.StopOverdue(Config.Id, StopBound);
        }
    }

    private async Task EndAsync()
    {
        await _loop.ConfigureAwait(false);
        await Task.WhenAll(_running, _beside).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing); // they have told their end, whatever they stumbled over after
    }

    private void Post(Signal signal) => _inbox.Writer.TryWrite(signal);

    private Task<long?> AskAsync(Signal.Request request)
    {
        if (!_inbox.Writer.TryWrite(request))
            request.Refuse();
        return request.Heard;
    }

    private async Task RunAsync()
    {
        await foreach (var signal in _inbox.Reader.ReadAllAsync().ConfigureAwait(false))
        {
            if (signal.Run is not Signal.AnyRun && signal.Run != _run && signal.Run != _successor?.Run)
                continue; // the echo of an earlier run
            if (_isClosing && signal is (Signal.StartRequested or Signal.RestartRequested or Signal.Redefined or Signal.ServeRequested))
            {
                ((Signal.Request)signal).Refuse();
                continue;
            }

            HandleSafely(signal);
            (signal as Signal.Request)?.Hear(_status.Version);
            _isClosing |= signal is Signal.StopRequested { IsFinal: true };
            if (_isClosing && _status.State is (ServerState.Stopped or ServerState.Disabled))
                _inbox.Writer.TryComplete(); // what is queued is still answered; nothing comes after
        }
    }

    private void HandleSafely(Signal signal)
    {
        try
        {
            Handle(signal switch
            {
                Signal.Redefined change => Redefine(change),
                Signal.ServeRequested => Serve(),
                Signal.Called called => TakeCall(called),
                Signal.Idled idled => Rest(idled),
                Signal.RetryDue due => Retry(due),
                _ when signal.Run == _successor?.Run => OfSuccessor(_successor, signal),
                Signal.ProbeFailed failed => OfPresent(Count(failed)),
                _ => OfPresent(signal),
            });
        }
        catch (Exception failure) // a bug of ours: the next signal, such as a stop, must be heard all the same
        {
            _tools.Logger.SignalFailed(Config.Id, signal.GetType().Name, failure);
        }

        TellSuccessions();
    }

    private void Handle(Signal signal)
    {
        var failures = _status.ConsecutiveFailures + (signal is Signal.Watched or Signal.Unwatched ? 0 : 1); // those are no news of a failure
        if (signal is Signal.StartRequested && _status.State == ServerState.Running)
            _live!.Revive();
        if (signal is Signal.Watched or Signal.Unwatched)
            _live?.Watch(_tools.Monitoring.IsOn);
        NotePurpose(signal);
        NoteHealth(signal);
        _onlyLists &= signal is not (Signal.StartRequested or Signal.RestartRequested);
        var (next, effect) = Lifecycle.Decide(_status.State, signal, Judge(signal, failures), _purpose);
        var status = Marked(Note(signal, next, effect, failures));
        status = status with
        {
            IsComingBack = next == ServerState.Stopping && _purpose is StopPurpose.Restart or StopPurpose.Failure,
            StartsOnCall = WillRest(signal, next),
        };
        if (next == _status.State && effect is Effect.None && status == _status)
            return;

        if (effect is Effect.Launch && signal is Signal.RetryDue)
            ServerMetrics.Restarted(Config.Id);
        Perform(effect, signal, ref status); // starts work and returns: the loop never waits, so a stop is heard in any state
        status = Marked(status);
        var isTransition = next != _status.State;
        if (isTransition)
            status = Entering(next, status);

        var before = _status.Health;
        _status = _tools.Board.Publish(status); // a state is visible only once its effect is armed
        if (_status.Health != before)
            ReportHealth(before);
        if (isTransition)
            _tools.Logger.Report(_status);
    }

    private ServerStatus Entering(ServerState next, ServerStatus status) => status with
    {
        State = next,
        Since = _tools.Time.GetUtcNow(),
        Transitions = status.Transitions + 1,
        IsGivenUp = next == ServerState.Stopping && _purpose == StopPurpose.Failure,
        IsOldNews = next is ServerState.Starting or ServerState.Restarting && !_backoff.IsWorthTelling(status.ConsecutiveFailures),
    };

    private FailureVerdict Judge(Signal signal, int failures)
    {
        var verdict = _backoff.Judge(failures, signal is Signal.LaunchFailed { IsPermanent: true });
        return verdict == FailureVerdict.Retry && !_tools.Monitoring.IsOn ? FailureVerdict.NeverRestart : verdict;
    }

    private void NotePurpose(Signal signal)
    {
        _purpose = (_status.State, signal) switch
        {
            (_, Signal.Disabled) => StopPurpose.Disable,
            (_, Signal.StopRequested) => Config.Disabled ? StopPurpose.Disable : StopPurpose.Stop,
            (_, Signal.StartRequested or Signal.RestartRequested) when Config.Disabled => _purpose,
            (ServerState.Stopping, Signal.Enabled) when _purpose == StopPurpose.Disable => StopPurpose.Stop,
            (ServerState.Starting or ServerState.Running, Signal.Outdated) => StopPurpose.Restart,
            (ServerState.Stopping, Signal.Outdated) when _purpose == StopPurpose.Failure => StopPurpose.Restart,
            (ServerState.Running, Signal.Idled) => StopPurpose.Rest,
            (ServerState.Stopping, Signal.Rested) when _purpose == StopPurpose.Stop => StopPurpose.Rest,
            (ServerState.Stopping, Signal.Called or Signal.Outdated) when _purpose == StopPurpose.Rest => StopPurpose.Restart,
            (_, Signal.RestartRequested) => StopPurpose.Restart,
            (ServerState.Stopping, Signal.StartRequested) => StopPurpose.Restart,
            (ServerState.Running, Signal.ProbeFailed { EndsRun: true } or Signal.Lost) => StopPurpose.Failure,
            _ => _purpose,
        };
    }
}
