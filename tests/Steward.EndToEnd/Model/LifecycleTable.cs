extern alias library;

using library::Steward.Supervision;

namespace Steward.EndToEnd.Model;

/// <summary>Every way from one state to another that the table of the supervision knows.</summary>
internal static class LifecycleTable
{
    private static readonly Signal[] Signals =
    [
        new Signal.StartRequested(), new Signal.StopRequested(), new Signal.RestartRequested(), new Signal.Connected(1, null!), new Signal.LaunchFailed(1, "", false, null),
        new Signal.Ended(1, new RunEnd("")), new Signal.RetryDue(1), new Signal.ProbeFailed(1, "") { ThresholdReached = true, EndsRun = true }, new Signal.Lost(1, ""),
        new Signal.Disabled(), new Signal.Enabled(), new Signal.Outdated(), new Signal.Watched(), new Signal.Unwatched(), new Signal.Woken(), new Signal.Idled(1), new Signal.Rested(),
        new Signal.Superseded(null!, null!), new Signal.SuccessorReady(2, null!), new Signal.SuccessorFailed(2, "", null), new Signal.Predeceased(1, "", null),
    ];

    private static readonly HashSet<(ServerState From, ServerState To)> Ways =
    [
        .. from state in Enum.GetValues<ServerState>()
           from signal in Signals
           from verdict in Enum.GetValues<FailureVerdict>()
           from purpose in Enum.GetValues<StopPurpose>()
           select (state, Lifecycle.Decide(state, signal, verdict, purpose).Next),
    ];

    public static bool Allows(ServerState from, ServerState to) => Ways.Contains((from, to));
}
