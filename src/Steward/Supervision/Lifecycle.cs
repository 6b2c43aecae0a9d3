using static Steward.Supervision.ServerState;

namespace Steward.Supervision;

/// <summary>The life of a server as a table: state and signal in, state and effect out. Pure.</summary>
internal static class Lifecycle
{
    /// <summary>Answers every state and signal; what is late, repeated or meaningless changes nothing.</summary>
    /// <param name="state">Where the server stands.</param>
    /// <param name="signal">What happened.</param>
    /// <param name="verdict">What the restart policy says if this is a failure.</param>
    /// <param name="purpose">Why the server is being stopped, where it is.</param>
    public static (ServerState Next, Effect Effect) Decide(ServerState state, Signal signal, FailureVerdict verdict, StopPurpose purpose) => (state, signal) switch
    {
        (Stopped or Crashed or FailedToStart, Signal.StartRequested or Signal.RestartRequested) => (Starting, Effect.Launch),
        (Stopped or Crashed or FailedToStart, Signal.Woken) => (Starting, Effect.Launch),
        (Crashed or FailedToStart, Signal.StopRequested) => (Stopped, Effect.None),

        (Stopped or Crashed or FailedToStart, Signal.Disabled) => (Disabled, Effect.None),
        (Crashed or FailedToStart, Signal.Outdated) => (Starting, Effect.Launch), // what is defined now has not failed yet
        (Disabled, Signal.Enabled) => (Stopped, Effect.None),

        (Starting, Signal.Connected) => (Running, Effect.BeginService),
        (Starting, Signal.LaunchFailed) => AfterFailure(verdict),
        (Starting, Signal.StopRequested or Signal.RestartRequested or Signal.Disabled or Signal.Outdated) => (Stopping, Effect.AbortLaunch),

        (Running, Signal.Ended) => AfterFailure(verdict),
        (Running, Signal.StopRequested or Signal.RestartRequested or Signal.Disabled or Signal.Outdated) => (Stopping, Effect.Terminate),
        (Running, Signal.Idled) => (Stopping, Effect.Terminate),
        (Running, Signal.ProbeFailed { EndsRun: true } or Signal.Lost) => (Stopping, Effect.Terminate),

        (Running, Signal.Superseded) => (Running, Effect.LaunchSuccessor),
        (Running, Signal.SuccessorReady) => (Running, Effect.SwitchOver),
        (Running, Signal.SuccessorFailed) => (Running, Effect.DropSuccessor),
        (Running, Signal.Predeceased) => (Starting, Effect.AdoptSuccessor), // the next one is on its way already

        // A launch that came through although it was given up has to be ended like any run.
        (Stopping, Signal.Connected) => (Stopping, Effect.TerminateLate),
        (Stopping, Signal.LaunchFailed or Signal.Ended) => purpose switch
        {
            StopPurpose.Restart => (Starting, Effect.Launch),
            StopPurpose.Failure => AfterFailure(verdict),
            StopPurpose.Disable => (Disabled, Effect.None),
            _ => (Stopped, Effect.None),
        },

        (Restarting, Signal.RetryDue) => (Starting, Effect.Launch),
        (Restarting, Signal.StartRequested or Signal.RestartRequested or Signal.Outdated) => (Starting, Effect.Launch),
        (Restarting, Signal.Disabled) => (Disabled, Effect.DisarmRetry),
        (Restarting, Signal.StopRequested) => (Stopped, Effect.DisarmRetry),
        (Restarting, Signal.Rested) => (Stopped, Effect.DisarmRetry), // nobody waits for it
        (Restarting, Signal.Unwatched) => (Crashed, Effect.DisarmRetry),
        (Crashed, Signal.Watched) when verdict == FailureVerdict.Retry => (Restarting, Effect.ArmRetry),

        _ => (state, Effect.None),
    };

    private static (ServerState Next, Effect Effect) AfterFailure(FailureVerdict verdict) => verdict switch
    {
        FailureVerdict.Retry => (Restarting, Effect.ArmRetry),
        FailureVerdict.NeverRestart => (Crashed, Effect.None),
        _ => (FailedToStart, Effect.None),
    };
}
