namespace Steward.Cli;

/// <summary>Ends a verb with one line on standard error, which says what to do, and an exit code.</summary>
internal sealed class CliException(int exitCode, string message, Exception? innerException = null) : Exception(message, innerException)
{
    public int ExitCode { get; } = exitCode;
}
