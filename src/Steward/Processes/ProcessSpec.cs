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
}
