using Steward.Supervision;
using Steward.Tests.Testing;
using Xunit;

namespace Steward.Tests.Supervision;

/// <summary>The whole table, written a second time: states down, signals across.</summary>
public sealed class LifecycleTests
{
    // "." changes nothing; "failure", "purpose" and "again" stand for the answers that depend on more than state and signal.
    private const string Table = """
        State          Start               Stop                  Restart               Connected               LaunchFailed  Ended    RetryDue         Unhealthy           Lost                Disabled              Enabled       Outdated              Watched  Unwatched            Superseded               SuccessorReady      SuccessorFailed        Predeceased              Woken            Idled               Rested
        Stopped        Starting/Launch     .                     Starting/Launch       .                       .             .        .                .                   .                   Disabled/None         .             .                     .        .                    .                        .                   .                      .                        Starting/Launch  .                   .
        Disabled       .                   .                     .                     .                       .             .        .                .                   .                   .                     Stopped/None  .                     .        .                    .                        .                   .                      .                        .                .                   .
        Starting       .                   Stopping/AbortLaunch  Stopping/AbortLaunch  Running/BeginService    failure       .        .                .                   .                   Stopping/AbortLaunch  .             Stopping/AbortLaunch  .        .                    .                        .                   .                      .                        .                .                   .
        Running        .                   Stopping/Terminate    Stopping/Terminate    .                       .             failure  .                Stopping/Terminate  Stopping/Terminate  Stopping/Terminate    .             Stopping/Terminate    .        .                    Running/LaunchSuccessor  Running/SwitchOver  Running/DropSuccessor  Starting/AdoptSuccessor  .                Stopping/Terminate  .
        Stopping       .                   .                     .                     Stopping/TerminateLate  purpose       purpose  .                .                   .                   .                     .             .                     .        .                    .                        .                   .                      .                        .                .                   .
        Restarting     Starting/Launch     Stopped/DisarmRetry   Starting/Launch       .                       .             .        Starting/Launch  .                   .                   Disabled/DisarmRetry  .             Starting/Launch       .        Crashed/DisarmRetry  .                        .                   .                      .                        .                .                   Stopped/DisarmRetry
        Crashed        Starting/Launch     Stopped/None          Starting/Launch       .                       .             .        .                .                   .                   Disabled/None         .             Starting/Launch       again    .                    .                        .                   .                      .                        Starting/Launch  .                   .
        FailedToStart  Starting/Launch     Stopped/None          Starting/Launch       .                       .             .        .                .                   .                   Disabled/None         .             Starting/Launch       .        .                    .                        .                   .                      .                        Starting/Launch  .                   .
        """;

    private static readonly Dictionary<string, Signal> Signals = new()
    {
        ["Start"] = new Signal.StartRequested(),
        ["Stop"] = new Signal.StopRequested(),
        ["Restart"] = new Signal.RestartRequested(),
        ["Connected"] = new Signal.Connected(1, null!),
        ["LaunchFailed"] = new Signal.LaunchFailed(1, "", false, null),
        ["Ended"] = new Signal.Ended(1, new RunEnd("")),
        ["RetryDue"] = new Signal.RetryDue(1),
        ["Unhealthy"] = new Signal.ProbeFailed(1, "") { ThresholdReached = true, EndsRun = true },
        ["Lost"] = new Signal.Lost(1, ""),
        ["Disabled"] = new Signal.Disabled(),
        ["Enabled"] = new Signal.Enabled(),
        ["Outdated"] = new Signal.Outdated(),
        ["Watched"] = new Signal.Watched(),
        ["Unwatched"] = new Signal.Unwatched(),
        ["Superseded"] = new Signal.Superseded(Fleet.Server(), new()),
        ["SuccessorReady"] = new Signal.SuccessorReady(2, null!),
        ["SuccessorFailed"] = new Signal.SuccessorFailed(2, "", null),
        ["Predeceased"] = new Signal.Predeceased(1, "", null),
        ["Woken"] = new Signal.Woken(),
        ["Idled"] = new Signal.Idled(1),
        ["Rested"] = new Signal.Rested(),
    };

    private static readonly Signal[] NeverMove =
    [
        new Signal.ProbeFailed(1, ""), new Signal.ProbeFailed(1, "") { ThresholdReached = true }, new Signal.ProbeSucceeded(1), new Signal.Proven(1), new Signal.JudgingDue(1),
        new Signal.FactsChanged(1, new RunFacts()), new Signal.ProcessStarted(1, 1), new Signal.Passed(), new Signal.Redefined(Fleet.Server()),
        new Signal.ServeRequested(), new Signal.Called(),
    ];

    [Fact]
    public void Every_state_answers_every_signal_as_the_table_says()
    {
        var rows = Table.Split('\n').Select(row => row.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)).ToArray();
        Assert.Equal(Enum.GetNames<ServerState>().Order(), rows.Skip(1).Select(row => row[0]).Order());
        Assert.Equal(Signals.Keys, rows[0].Skip(1));
        foreach (var row in rows.Skip(1))
        {
            foreach (var (name, cell) in rows[0].Zip(row).Skip(1))
                AssertCell(Enum.Parse<ServerState>(row[0]), name, cell);
        }
    }

    [Fact]
    public void What_only_tells_something_moves_nothing()
    {
        foreach (var state in Enum.GetValues<ServerState>())
        {
            foreach (var signal in NeverMove)
                ForEachCircumstance((verdict, purpose) => Assert.Equal((state, Effect.None), Lifecycle.Decide(state, signal, verdict, purpose)));
        }
    }

    [Fact]
    public void The_tests_know_every_signal_there_is()
    {
        var all = typeof(Signal).GetNestedTypes().Where(type => !type.IsAbstract).ToHashSet();
        var known = Signals.Values.Concat(NeverMove).Select(signal => signal.GetType()).ToHashSet();
        Assert.Empty(all.Except(known));
    }

    private static void AssertCell(ServerState state, string signal, string cell) => ForEachCircumstance((verdict, purpose) =>
    {
        var expected = cell switch
        {
            "." => (state, Effect.None),
            "failure" => AfterFailure(verdict),
            "purpose" => AfterStop(verdict, purpose),
            "again" => verdict == FailureVerdict.Retry ? (ServerState.Restarting, Effect.ArmRetry) : (state, Effect.None),
            _ => (Enum.Parse<ServerState>(cell.Split('/')[0]), Enum.Parse<Effect>(cell.Split('/')[1])),
        };
        var actual = Lifecycle.Decide(state, Signals[signal], verdict, purpose);
        Assert.True(expected == actual, $"{state} + {signal} ({verdict}, {purpose}): expected {expected}, is {actual}");
    });

    private static void ForEachCircumstance(Action<FailureVerdict, StopPurpose> check)
    {
        foreach (var verdict in Enum.GetValues<FailureVerdict>())
        {
            foreach (var purpose in Enum.GetValues<StopPurpose>())
                check(verdict, purpose);
        }
    }

    private static (ServerState, Effect) AfterFailure(FailureVerdict verdict) => verdict switch
    {
        FailureVerdict.Retry => (ServerState.Restarting, Effect.ArmRetry),
        FailureVerdict.NeverRestart => (ServerState.Crashed, Effect.None),
        _ => (ServerState.FailedToStart, Effect.None),
    };

    private static (ServerState, Effect) AfterStop(FailureVerdict verdict, StopPurpose purpose) => purpose switch
    {
        StopPurpose.Stop or StopPurpose.Rest => (ServerState.Stopped, Effect.None),
        StopPurpose.Restart => (ServerState.Starting, Effect.Launch),
        StopPurpose.Disable => (ServerState.Disabled, Effect.None),
        _ => AfterFailure(verdict),
    };
}
