namespace Steward.Supervision;

/// <summary>What is known of one of several processes of a server (<see cref="Configuration.ServerConfig.Instances"/>) at one moment.</summary>
public sealed record InstanceStatus
{
    /// <summary>Its number; the first is 1.</summary>
    public required int Number { get; init; }

    /// <summary>Where it stands in its life.</summary>
    public required ServerState State { get; init; }

    /// <summary>Since when it is in <see cref="State"/>.</summary>
    public required DateTimeOffset Since { get; init; }

    /// <summary>The process id, while there is a process.</summary>
    public int? Pid { get; init; }

    /// <summary>How well it does its work.</summary>
    public ServerHealth Health { get; init; }

    /// <summary>Why <see cref="Health"/> is no better, in words.</summary>
    public string? HealthReason { get; init; }

    /// <summary>How often it was started again after a failure since the server was last started.</summary>
    public int Restarts { get; init; }

    /// <summary>When its next start is due, while <see cref="ServerState.Restarting"/>.</summary>
    public DateTimeOffset? NextRetryAt { get; init; }

    /// <summary>The last thing that went wrong with it, in words.</summary>
    public string? LastError { get; init; }

    /// <summary>What is wrong with it, in words, and no more than that; <see langword="null"/> where nothing is.</summary>
    internal string? Problem => State switch
    {
        ServerState.Running => HealthReason,
        ServerState.Starting when LastError is null => null, // it comes up for the first time
        _ => $"{State}{(LastError is { } error ? $" ({error})" : "")}",
    };

    internal static InstanceStatus Of(int number, ServerStatus status) => new()
    {
        Number = number,
        State = status.State,
        Since = status.Since,
        Pid = status.Pid,
        Health = status.Health,
        HealthReason = status.HealthReason,
        Restarts = status.Restarts,
        NextRetryAt = status.NextRetryAt,
        LastError = status.LastError,
    };
}
