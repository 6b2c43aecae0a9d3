namespace Steward.Cli;

/// <summary>What <c>steward</c> returns to its caller. Described in docs/cli.md; scripts rely on it.</summary>
internal static class ExitCodes
{
    public const int Success = 0;
    public const int Failure = 1;
    public const int Usage = 2;
    public const int NoDaemon = 3;
    public const int Unknown = 4;
    public const int ToolError = 5;

    /// <summary>128 + SIGINT, as shells have it.</summary>
    public const int Interrupted = 130;

    /// <summary>Every code with its meaning, for the help and the manual.</summary>
    public static IReadOnlyList<(int Code, string Meaning)> All { get; } =
    [
        (Success, "done"),
        (Failure, "it failed; the message says why"),
        (Usage, "wrong command line or configuration"),
        (NoDaemon, "no daemon is running with this data directory"),
        (Unknown, "no server or tool of this name"),
        (ToolError, "the tool ran and reported an error"),
        (Interrupted, "interrupted, or the stop was forced"),
    ];
}
