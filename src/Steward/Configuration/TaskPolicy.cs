namespace Steward.Configuration;

/// <summary>How calls are waited for of which a server makes tasks, and how often a call may ask for input. It is for clients that know no tasks themselves.</summary>
public sealed record TaskPolicy
{
    /// <summary>Whether a server of revision 2026-07-28 hears that it may make tasks of calls. Where it refuses a call for not having heard it, Steward says so in any case.</summary>
    /// <value>Default: <see langword="false"/> (<c>enableTasks</c>).</value>
    public bool Enabled { get; init; }

    /// <summary>After how long a task is asked about again where the server does not say so. What a server says counts from 100 milliseconds to 30 seconds.</summary>
    /// <value>Default: 1 second (<c>pollIntervalMs</c>).</value>
    public TimeSpan PollInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long a task may take; beyond, it is cancelled.</summary>
    /// <value>Default: <see cref="System.Threading.Timeout.InfiniteTimeSpan"/> (<c>timeoutMs</c>, 0 in the file), which means no limit.</value>
    public TimeSpan Timeout { get; init; } = System.Threading.Timeout.InfiniteTimeSpan;

    /// <summary>How often a task may be asked about; beyond, it is cancelled. Servers of the earlier revisions are asked once, and answer when they have the result.</summary>
    /// <value>Default: 0 (<c>maxPollAttempts</c>), which means no limit.</value>
    public int MaxPollAttempts { get; init; }

    /// <summary>How often one call, or its task, may ask for input.</summary>
    /// <value>Default: 10 (<c>maxInputRounds</c>).</value>
    public int MaxInputRounds { get; init; } = 10;
}
