using Steward.Configuration.Keys;
using Steward.Configuration.Parsing;

namespace Steward.Configuration.Sections;

/// <summary>Reads <c>taskConfig</c>.</summary>
internal static class TaskSection
{
    private static readonly TaskPolicy Standard = new();

    private static readonly FlagKey Enabled = new("enableTasks", Standard.Enabled,
        "Whether a server of revision 2026-07-28 hears that it may make tasks of calls. One that can do a call in no other way is told in any case.");

    private static readonly NumberKey<TimeSpan> PollInterval = Number.Duration("pollIntervalMs", Standard.PollInterval, 1, Limits.DayMs,
        "After how long a task is asked about again where the server does not say so. What a server says counts from 100 to 30000.");

    private static readonly NumberKey<TimeSpan> Timeout = Number.DurationOrNull("timeoutMs", Standard.Timeout, Limits.DayMs,
        "How long a task may take; beyond, it is cancelled. 0 and null mean no limit.");

    private static readonly NumberKey<int> MaxPollAttempts = Number.Count("maxPollAttempts", Standard.MaxPollAttempts, 0, 1_000_000,
        mayBeNull: true, description: "How often a task may be asked about; beyond, it is cancelled. 0 and null mean no limit. Servers of earlier revisions are asked once.");

    private static readonly NumberKey<int> MaxInputRounds = Number.Count("maxInputRounds", Standard.MaxInputRounds, 0, 1000,
        "How often one call, or its task, may ask for input.");

    public static KeySet Keys { get; } = new("taskConfig", [Enabled, PollInterval, Timeout, MaxPollAttempts, MaxInputRounds]);

    public static TaskPolicy Read(ConfigSection section, TaskPolicy inherited) => new()
    {
        Enabled = section.Read(Enabled, inherited.Enabled),
        PollInterval = section.Read(PollInterval, inherited.PollInterval),
        Timeout = section.Read(Timeout, inherited.Timeout),
        MaxPollAttempts = section.Read(MaxPollAttempts, inherited.MaxPollAttempts),
        MaxInputRounds = section.Read(MaxInputRounds, inherited.MaxInputRounds),
    };

    public static void Visit(IKeyVisitor visitor, TaskPolicy tasks, TaskPolicy other)
    {
        visitor.Visit(Enabled, tasks.Enabled, other.Enabled);
        visitor.Visit(PollInterval, tasks.PollInterval, other.PollInterval);
        visitor.Visit(Timeout, tasks.Timeout, other.Timeout);
        visitor.Visit(MaxPollAttempts, tasks.MaxPollAttempts, other.MaxPollAttempts);
        visitor.Visit(MaxInputRounds, tasks.MaxInputRounds, other.MaxInputRounds);
    }
}
