namespace Steward.Processes;

/// <summary>Tells signals from exit codes.</summary>
internal static class SignalNames
{
    private const int SignalBase = 128;

    // Linux on x64 and arm64; macOS agrees on those that end a process in practice.
    private static readonly string?[] Names =
    [
        null, "SIGHUP", "SIGINT", "SIGQUIT", "SIGILL", "SIGTRAP", "SIGABRT", "SIGBUS", "SIGFPE", "SIGKILL", "SIGUSR1", "SIGSEGV",
        "SIGUSR2", "SIGPIPE", "SIGALRM", "SIGTERM", "SIGSTKFLT", null, null, null, null, null, null, null, "SIGXCPU", "SIGXFSZ",
        "SIGVTALRM", "SIGPROF", null, "SIGIO", "SIGPWR", "SIGSYS",
    ];

    /// <summary>The exit code that stands for a signal.</summary>
    public static int ExitCodeOf(int signal) => SignalBase + signal;

    /// <summary>
    /// The signal that an exit code of 128 + n stands for; null when it stands for none that ends a process. A program may
    /// also return such a code by itself: shells do so when their last command was killed.
    /// </summary>
    public static string? FromExitCode(int code) =>
        !OperatingSystem.IsWindows() && code > SignalBase && code - SignalBase < Names.Length ? Names[code - SignalBase] : null;
}
