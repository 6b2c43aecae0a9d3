using System.Text.Json.Serialization;
using Steward.Configuration;
using Steward.Processes;

namespace Steward.Supervision;

/// <summary>Everything there is to know about a managed server at one moment. Immutable; a change is a new one.</summary>
public sealed record ServerStatus
{
    private const int CrashLoopFrom = 3;

    /// <summary>The server's id.</summary>
    public required string Id { get; init; }

    /// <summary>What people call the server, where its definition says so.</summary>
    public string? Name { get; init; }

    /// <summary>Words by which the server is found.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public IReadOnlyList<string>? Tags { get; init; }

    /// <summary>Who says that the server is there.</summary>
    public ServerOrigin Origin { get; init; }

    /// <summary>The server has been removed: this is the last that is heard of it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool IsRemoved { get; init; }

    /// <summary>Where the server stands in its life.</summary>
    public required ServerState State { get; init; }

    /// <summary>Since when it is in <see cref="State"/>.</summary>
    public required DateTimeOffset Since { get; init; }

    /// <summary>Counts the statuses of this server; a later one has a higher version.</summary>
    public long Version { get; init; }

    /// <summary>Counts the changes of <see cref="State"/>, and the runs that took the place of others without one.</summary>
    internal long Transitions { get; init; }

    /// <summary>It is tried again without end, and this attempt is one of those that are not worth a line to people: see <see cref="Backoff.IsWorthTelling"/>.</summary>
    internal bool IsOldNews { get; init; }

    /// <summary>It is being stopped not because somebody wants it, but because it can no longer be used: <see cref="LastError"/> says why.</summary>
    internal bool IsGivenUp { get; init; }

    /// <summary>It does not run, or is just being stopped, because nobody uses it: the next call starts it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool StartsOnCall { get; init; }

    /// <summary>It is being stopped only to be started again, by somebody's wish or because it can no longer be used.</summary>
    internal bool IsComingBack { get; init; }

    /// <summary>How the server is reached: what its declaration says, or what was found out.</summary>
    public ServerTransport Transport { get; init; }

    /// <summary>The process id, while there is a process.</summary>
    public int? Pid { get; init; }

    /// <summary>How well it does its work.</summary>
    public ServerHealth Health { get; init; }

    /// <summary>Why <see cref="Health"/> is no better, in words, with the figures; <see langword="null"/> where nothing is known against the server.</summary>
    public string? HealthReason { get; init; }

    /// <summary>How often it was started again after a failure since it was last started by request.</summary>
    public int Restarts { get; init; }

    /// <summary>Consecutive failures; forgotten after <see cref="RestartPolicy.ResetAfter"/> of healthy running.</summary>
    public int ConsecutiveFailures { get; init; }

    /// <summary>
    /// Whether it is in a crash loop: it has failed three times in a row or more, and is being started again and again. It is over when the server has run
    /// healthy for <see cref="RestartPolicy.ResetAfter"/>, is given up, or is stopped or started by somebody.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool IsCrashLooping => ConsecutiveFailures >= CrashLoopFrom && State is (ServerState.Restarting or ServerState.Starting or ServerState.Running);

    /// <summary>When the next start is due, while <see cref="ServerState.Restarting"/>.</summary>
    public DateTimeOffset? NextRetryAt { get; init; }

    /// <summary>Since when the present process is <see cref="ServerState.Running"/>.</summary>
    public DateTimeOffset? RunningSince { get; init; }

    /// <summary>The protocol revision agreed with the server, such as <c>2025-11-25</c>.</summary>
    public string? Revision { get; init; }

    /// <summary>What the server calls itself: name and version of its <c>serverInfo</c>.</summary>
    public string? ServerName { get; init; }

    /// <summary>How many tools it offers, after the filter.</summary>
    public int ToolCount { get; init; }

    /// <summary>How many prompts it offers.</summary>
    public int PromptCount { get; init; }

    /// <summary>How many resources it lists.</summary>
    public int ResourceCount { get; init; }

    /// <summary>The last thing that went wrong, in words.</summary>
    public string? LastError { get; init; }

    /// <summary>How the last process ended.</summary>
    public ProcessExit? LastExit { get; init; }

    /// <summary>
    /// The update that is under way beside the running server, or how the last one went; <see langword="null"/> where there was none since
    /// the server was last started otherwise.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public ServerUpdate? Update { get; init; }

    /// <summary>Whether an update is under way beside the running server.</summary>
    [JsonIgnore]
    internal bool IsUpdating => Update is { State: ServerUpdateState.UnderWay };

    /// <summary>Why the server's clients get processes of their own, where they do: what it showed that cannot be shared.</summary>
    public string? IsolationReason { get; init; }

    /// <summary>How many processes of their own sessions have beside the main one.</summary>
    public int SessionProcesses { get; init; }

    /// <summary>Its processes, where its definition says that several run side by side; of those, <see cref="Pid"/> is the one that speaks for the server.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public IReadOnlyList<InstanceStatus>? Instances { get; init; }

    /// <summary>
    /// What it takes of the machine, where the status was asked for over the API. In every other status it is <see langword="null"/>, for to
    /// measure is no change of a server: see <see cref="McpServerManager.GetResources"/>.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public ServerResources? Resources { get; init; }
}
