using Steward.Configuration;

namespace Steward.Server.Reload;

/// <summary>What there is to know of the configuration that the daemon runs by.</summary>
internal sealed record ConfigState
{
    /// <summary>The file; absent where the configuration did not come from one.</summary>
    public string? File { get; init; }

    /// <summary>Whether the file is followed as it changes.</summary>
    public bool Followed { get; init; }

    /// <summary>When the configuration that holds was taken over.</summary>
    public DateTimeOffset AppliedAt { get; init; }

    /// <summary>Why the file as it is now cannot be used: then what it said before still holds.</summary>
    public IReadOnlyList<ConfigProblem> Problems { get; init; } = [];

    /// <summary>What the operator should look at though it hinders nothing.</summary>
    public IReadOnlyList<ConfigProblem> Warnings { get; init; } = [];

    /// <summary>Keys that have their effect only when the daemon is started anew.</summary>
    public IReadOnlyList<string> NeedsRestart { get; init; } = [];

    /// <summary>Servers that did not come to what the file wants of them.</summary>
    public IReadOnlyList<ConfigFailure> Failures { get; init; } = [];
}
