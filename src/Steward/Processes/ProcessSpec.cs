using Steward.Configuration;

namespace Steward.Processes;

/// <summary>What to start: every value is resolved and final.</summary>
/// <param name="ServerId">The server that the process is a run of.</param>
/// <param name="Command">A path (relative to <paramref name="WorkingDirectory"/>), or a name to be found on <c>PATH</c>.</param>
/// <param name="Args">The arguments, passed as they are; no shell is involved.</param>
/// <param name="Env">Variables added to the inherited environment; a <c>PATH</c> here also governs the search for the command.</param>
/// <param name="WorkingDirectory">The folder in which the process starts.</param>
/// <param name="Shutdown">How it is stopped.</param>
internal sealed record ProcessSpec(
    string ServerId,
    string Command,
    IReadOnlyList<string> Args,
    IReadOnlyDictionary<string, string> Env,
    string WorkingDirectory,
    ShutdownPolicy Shutdown)
{
    /// <summary>What messages call it.</summary>
    public string Called { get; init; } = $"server '{ServerId}'";

    /// <summary>The value of its marker, where that was needed before it is started; else it gets one then.</summary>
    public string? Run { get; init; }

    /// <summary>The run on whose behalf it is started: it carries the marker of that one, and goes with it at the latest.</summary>
    public string? OnBehalfOf { get; init; }

    /// <summary>What is run when it ends.</summary>
    public StopCommand? StopCommand { get; init; }

    /// <summary>Resolves the references of <see cref="StopCommand"/>.</summary>
    public VariableResolver Variables { get; init; } = new();

    /// <summary>How much it may take.</summary>
    public ServerLimits Limits { get; init; } = new();

    /// <summary>Whether it is a server's process, which is measured, and not a command of the operator.</summary>
    public bool IsServer { get; init; } = true;
}
