using Steward.Processes;

namespace Steward.Supervision;

/// <summary>How and why a run ended.</summary>
/// <param name="Reason">In words, for people: <c>exit code 3</c>, <c>closed its output</c>, <c>stopped on request</c>.</param>
/// <param name="Exit">The process's exit, where there was a process.</param>
internal sealed record RunEnd(string Reason, ProcessExit? Exit = null)
{
    /// <summary>The end in words, with the last that the process said.</summary>
    public string Description => Exit is { StderrTail: { Count: > 0 } tail } ? $"{Reason}. It said: {string.Join(" | ", tail.TakeLast(3))}" : Reason;
}
