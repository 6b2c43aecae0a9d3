using Steward.Configuration;
using Steward.Processes;

namespace Steward.Supervision;

/// <summary>What can happen to a server. The set is closed: <see cref="Lifecycle.Decide"/> answers every case.</summary>
/// <param name="Run">The run that it happened to; an echo of an earlier run is dropped.</param>
internal abstract record Signal(int Run = Signal.AnyRun)
{
    public const int AnyRun = -1;

    /// <summary>Somebody wants something, and learns when that has been heard.</summary>
    public abstract record Request : Signal
    {
        private readonly TaskCompletionSource<long?> _heard = new(TaskCreationOptions.RunContinuationsAsynchronously);

        /// <summary>The version of the first status that knows of the request; <see langword="null"/> where it came too late.</summary>
        public Task<long?> Heard => _heard.Task;

        public void Hear(long version) => _heard.TrySetResult(version);

        public void Refuse() => _heard.TrySetResult(null);
    }

    /// <summary>Somebody wants it to run.</summary>
    public sealed record StartRequested : Request;

    /// <summary>It is to be there for calls. To the table that is a start, a rest in which it waits for the first of them, that it is woken to be listed, or nothing.</summary>
    public sealed record ServeRequested : Request;

    /// <summary>From now on the next call starts it.</summary>
    public sealed record Rested : Signal
    {
        /// <summary>What is known of it without a run; <see langword="null"/> where its status has it already.</summary>
        public RunFacts? Facts { get; init; }
    }

    /// <summary>It is started because it is used, or to see what it offers.</summary>
    public sealed record Woken : Signal;

    /// <summary>A call wants it. To the table that is nothing where no call may start it.</summary>
    public sealed record Called : Signal;

    /// <summary>Nobody has used it for as long as it runs without use.</summary>
    public sealed record Idled(int Run) : Signal(Run);

    /// <summary>Somebody wants it not to run.</summary>
    public sealed record StopRequested : Request
    {
        /// <summary>Whether it is never to run again.</summary>
        public bool IsFinal { get; init; }
    }

    /// <summary>Somebody wants it to run anew.</summary>
    public sealed record RestartRequested : Request;

    /// <summary>Somebody defines it anew. To the table that is <see cref="Disabled"/>, <see cref="Enabled"/>, <see cref="Outdated"/>, <see cref="Superseded"/>, <see cref="Woken"/>, or nothing.</summary>
    public sealed record Redefined(ServerConfig Config) : Request
    {
        /// <summary>Only this definition is to be replaced: where another has come meanwhile, that one stays.</summary>
        public ServerConfig? Expected { get; init; }

        /// <summary>Who says it now; <see langword="null"/> leaves that as it is.</summary>
        public ServerOrigin? Origin { get; init; }

        /// <summary>What the loop found, for whoever asked to read once he was heard.</summary>
        public Redefinition? Outcome { get; set; }
    }

    /// <summary>Its new definition says that it is not to run.</summary>
    public sealed record Disabled : Signal;

    /// <summary>Its new definition lets it run again.</summary>
    public sealed record Enabled : Signal;

    /// <summary>What runs, or was tried, is not what is defined any more.</summary>
    public sealed record Outdated : Signal;

    /// <summary>What runs is not what is defined any more, and another run is to take its place while it goes on.</summary>
    public sealed record Superseded(ServerConfig Config, TaskCompletionSource<SuccessionEnd> Done) : Signal;

    /// <summary>The run that was started beside the present one can take its place.</summary>
    public sealed record SuccessorReady(int Run, IServerRun Server) : Signal(Run)
    {
        /// <inheritdoc cref="Connected.CallProblem"/>
        public string? CallProblem { get; init; }
    }

    /// <summary>The run that was started beside the present one has come to nothing, and nothing of it is left.</summary>
    public sealed record SuccessorFailed(int Run, string Reason, ProcessExit? Exit) : Signal(Run);

    /// <summary>The present run has ended, or answers no more, while another is being started beside it.</summary>
    public sealed record Predeceased(int Run, string Reason, ProcessExit? Exit) : Signal(Run);

    /// <summary>From now on it is started again when it fails; what has failed meanwhile, too.</summary>
    public sealed record Watched : Signal;

    /// <summary>From now on nobody starts it again when it fails.</summary>
    public sealed record Unwatched : Signal;

    /// <summary>Somebody wants to know when all that was asked before has been heard.</summary>
    public sealed record Passed : Request;

    /// <summary>A launch has made it ready.</summary>
    public sealed record Connected(int Run, IServerRun Server) : Signal(Run)
    {
        /// <summary>What is wrong with the call that probes are to make, where it has been probed and that is not the server's fault.</summary>
        public string? CallProblem { get; init; }
    }

    /// <summary>A launch has failed; nothing of it is left.</summary>
    public sealed record LaunchFailed(int Run, string Reason, bool IsPermanent, ProcessExit? Exit) : Signal(Run)
    {
        /// <summary>How long the server wants to be left alone; zero where it has no such wish.</summary>
        public TimeSpan RetryAfter { get; init; }
    }

    /// <summary>The run can answer no more, though its process lives.</summary>
    public sealed record Lost(int Run, string Reason) : Signal(Run);

    /// <summary>The run is over, by itself or because it was ended.</summary>
    public sealed record Ended(int Run, RunEnd End) : Signal(Run);

    /// <summary>The wait before the next start is over.</summary>
    public sealed record RetryDue(int Run) : Signal(Run);

    /// <summary>A probe was answered.</summary>
    public sealed record ProbeSucceeded(int Run) : Signal(Run)
    {
        /// <summary>What is wrong with the call that probes are to make, where that is not the server's fault.</summary>
        public string? CallProblem { get; init; }
    }

    /// <summary>A probe was not answered.</summary>
    public sealed record ProbeFailed(int Run, string Reason) : Signal(Run)
    {
        /// <summary>Whether as many in a row failed as make a server unhealthy. Only the loop, which counts, can say it.</summary>
        public bool ThresholdReached { get; init; }

        /// <summary>Whether as many failed while the server was watched: then it is restarted.</summary>
        public bool EndsRun { get; init; }
    }

    /// <summary>It is time to look at how calls went lately.</summary>
    public sealed record JudgingDue(int Run) : Signal(Run);

    /// <summary>It ran healthy for long enough to forget what was before.</summary>
    public sealed record Proven(int Run) : Signal(Run);

    /// <summary>Facts of the run have changed.</summary>
    public sealed record FactsChanged(int Run, RunFacts Facts) : Signal(Run);

    /// <summary>The run has a process.</summary>
    public sealed record ProcessStarted(int Run, int Pid) : Signal(Run);
}
