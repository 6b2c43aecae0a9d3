namespace Steward.Processes;

/// <summary>How the daemon under the angel ended.</summary>
/// <param name="Code">Its exit code; 128 + n where signal n ended it.</param>
/// <param name="Signal">The signal that ended it; 0 where it ended by itself.</param>
internal readonly record struct DaemonExit(int Code, int Signal)
{
    /// <summary>The daemon met an error it does not understand and asks to be started again (<c>EX_SOFTWARE</c> of sysexits).</summary>
    public const int InternalError = 70;

    // What lies above is the runtime's and the shell's: 126, 127, 128 + n, 131 and 150 for a runtime that does not start.
    private const int LastOrderly = 79;

    /// <summary>
    /// Whether the daemon chose to end: codes 0 to 79 but <see cref="InternalError"/>, which cover success, usage and
    /// configuration errors and a data directory or address in use. Starting it again would end the same way.
    /// </summary>
    public bool IsOrderly => Signal == 0 && Code is >= 0 and <= LastOrderly and not InternalError;

    public override string ToString() =>
        Signal == 0 ? $"ended with exit code {Code}" : $"was ended by {SignalNames.FromExitCode(Code) ?? $"signal {Signal}"}";
}
