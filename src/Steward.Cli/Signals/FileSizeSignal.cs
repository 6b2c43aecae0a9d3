using System.Runtime.InteropServices;

namespace Steward.Cli.Signals;

/// <summary>
/// Where files may not grow beyond a limit (<c>ulimit -f</c>, <c>LimitFSIZE=</c> of systemd), the kernel ends whoever tries. Steward
/// would rather have the write fail, as one on a full disk does. What it starts gets the signal as it was.
/// </summary>
internal static class FileSizeSignal
{
    private const int Number = 25; // SIGXFSZ, on Linux and on macOS

    /// <summary>Has writes fail from now on, until the result is disposed.</summary>
    public static IDisposable? Survive() =>
        OperatingSystem.IsWindows() ? null : PosixSignalRegistration.Create((PosixSignal)Number, static context => context.Cancel = true);
}
