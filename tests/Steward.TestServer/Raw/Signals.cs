using System.Runtime.InteropServices;

namespace Steward.TestServer.Raw;

/// <summary>Sends signals to this process as the kernel would: the runtime's own handlers are taken away first.</summary>
internal static partial class Signals
{
    public const int Kill = 9;
    public const int SegmentationFault = 11;
    public const int Stop = 19;

    private const nint Default = 0;

    public static void Raise(int number)
    {
        _ = signal(number, Default);
        _ = kill(Environment.ProcessId, number);
        new ManualResetEventSlim().Wait();
    }

#pragma warning disable IDE1006 // The names are the C library's.
    [LibraryImport("libc")]
    private static partial int kill(int pid, int signal);

    [LibraryImport("libc")]
    private static partial nint signal(int number, nint handler);
#pragma warning restore IDE1006
}
