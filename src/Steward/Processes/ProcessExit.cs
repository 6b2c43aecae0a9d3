namespace Steward.Processes;

/// <summary>How a process ended.</summary>
/// <param name="Code">The exit code; 128 + n where signal n ended it.</param>
/// <param name="Signal">The name of the signal that ended it, such as <c>SIGKILL</c>, where that can be told.</param>
/// <param name="At">When it ended.</param>
/// <param name="StderrTail">The last lines that it wrote to its standard error, oldest first.</param>
public sealed record ProcessExit(int Code, string? Signal, DateTimeOffset At, IReadOnlyList<string> StderrTail)
{
    /// <summary>The exit in words, with the last line that was written to standard error.</summary>
    internal string InFull => StderrTail is [.., var last] ? $"{this}: {last}" : ToString();

    /// <summary>The exit in words: <c>exit code 3</c>, <c>SIGKILL</c>.</summary>
    public override string ToString() => Signal ?? $"exit code {Code}";
}
