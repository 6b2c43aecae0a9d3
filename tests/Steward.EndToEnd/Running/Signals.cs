using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Steward.EndToEnd.Running;

/// <summary>Sends signals to processes that a test started.</summary>
internal static partial class Signals
{
    public const int Interrupt = 2;
    public const int Kill = 9;
    public const int Terminate = 15;

    /// <summary>SIGSTOP, by its number on Linux.</summary>
    public const int Stop = 19;

    private const int NoSuchProcess = 3;

    /// <summary>Sends a signal; a process that is gone already is no error.</summary>
    public static void Send(int pid, int signal)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(pid, 1); // 0 would be the tests themselves
        if (kill(pid, signal) != 0 && Marshal.GetLastPInvokeError() is not NoSuchProcess and var error)
            throw new Win32Exception(error);
    }

    [LibraryImport("libc", SetLastError = true)]
#pragma warning disable IDE1006 // The name is the C library's.
    private static partial int kill(int pid, int signal);
#pragma warning restore IDE1006
}
