using System.Runtime.InteropServices;

namespace Steward.Processes;

/// <summary>The system calls that .NET 10 has no words for. Linux numbers; callers check the operating system.</summary>
internal static partial class Posix
{
    public const int SigHup = 1;
    public const int SigInt = 2;
    public const int SigQuit = 3;
    public const int SigKill = 9;
    public const int SigTerm = 15;

    /// <summary>Lets a stopped process run on. The number differs, and the wrong one would stop it.</summary>
    public static int SigCont => OperatingSystem.IsLinux() ? 18 : 19;

    /// <summary>Sends a signal to one process. False when there is none, or it is not ours to signal.</summary>
    public static bool Signal(int processId, int signal) => processId > 1 && kill(processId, signal) == 0;

    /// <summary>Sends a signal to a process group. False when it has no member left.</summary>
    public static bool SignalGroup(int groupId, int signal) => groupId > 1 && kill(-groupId, signal) == 0;

    /// <summary>A handle that means this very process even after its id was reused; negative when there is none.</summary>
    public static int OpenProcess(int processId) => (int)syscall(PidfdOpen, processId, 0, 0, 0);

    public static bool SignalHandle(int pidfd, int signal) => syscall(PidfdSendSignal, pidfd, signal, 0, 0) == 0;

    /// <summary>
    /// Lets nothing that this process inherited or opened carelessly reach its children: every descriptor above the standard
    /// three is closed on exec. Without it a child can hold somebody's socket or lock open.
    /// </summary>
    public static void KeepDescriptorsFromChildren() => syscall(CloseRange, 3, LastDescriptor, CloseRangeOnExec, 0);

    /// <summary>
    /// Lets a pipe hold more than its 64 KiB, so that a large message crosses it in fewer turns. As much as the system grants;
    /// nothing else depends on it.
    /// </summary>
    public static void GrowPipe(SafeHandle pipe, int bytes) => _ = fcntl(pipe, SetPipeSize, bytes);

    /// <summary>How many bytes stand in a pipe that its reader has not taken; also of a reader that is gone. -1 where that cannot be told.</summary>
    /// <exception cref="ObjectDisposedException">The pipe is closed.</exception>
    public static int UnreadBytes(SafeHandle pipe) => ioctl(pipe, BytesToRead, out var count) == 0 ? count : -1;

    /// <summary>Gives a file a second name, in one step. False where something bears that name, or the file system has no second names.</summary>
    public static bool TryLink(string path, string second) => link(path, second) == 0;

    public static bool IsExecutable(string path) => access(path, ExecuteOk) == 0;

    /// <summary>Whether a file or folder bears an extended attribute, of whatever value.</summary>
    public static bool HasAttribute(string path, string name) => getxattr(path, name, 0, 0) >= 0;

    /// <summary>Waits until the process has ended, or the time is up.</summary>
    public static unsafe void WaitFor(int pidfd, TimeSpan atMost)
    {
        var entry = new PollEntry { Descriptor = pidfd, Events = PollIn };
        var since = TimeProvider.System.GetTimestamp();
        // A signal that this thread has to see to, such as of a child that ended, ends the wait: it goes on.
        while (atMost - TimeProvider.System.GetElapsedTime(since) is { Ticks: >= 0 } rest && poll(&entry, 1, (int)Math.Ceiling(rest.TotalMilliseconds)) < 0
            && Marshal.GetLastPInvokeError() == Interrupted)
        {
            // With what is left of the time.
        }
    }

    /// <summary>
    /// Reads a small file of <c>/proc</c>, as much of it as fits. -1 when it cannot be read: the process is gone or somebody
    /// else's. Both are the normal case in a scan, so no exceptions here.
    /// </summary>
    public static unsafe int ReadFile(string path, Span<byte> buffer)
    {
        var descriptor = open(path, OpenReadOnlyCloseOnExec);
        if (descriptor < 0)
            return -1;

        var total = 0;
        fixed (byte* start = buffer)
        {
            nint count;
            while (total < buffer.Length && (count = read(descriptor, start + total, (nuint)(buffer.Length - total))) > 0)
                total += (int)count;
        }

        _ = close(descriptor);
        return total;
    }

    // The same on every architecture that .NET runs on: these calls are younger than the common table.
    private const int PidfdSendSignal = 424;
    private const int PidfdOpen = 434;
    private const int CloseRange = 436;
    private const int CloseRangeOnExec = 4;
    private const int LastDescriptor = int.MaxValue;
    private const int OpenReadOnlyCloseOnExec = 0x80000;
    private const int ExecuteOk = 1;
    private const int SetPipeSize = 1031;
    private const nuint BytesToRead = 0x541b;
    private const short PollIn = 1;
    private const int Interrupted = 4; // EINTR

    private struct PollEntry
    {
        public int Descriptor;
        public short Events;
        public short Happened;
    }

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int link(string path, string second);

    [LibraryImport("libc")]
    private static partial int kill(int processId, int signal);

    [LibraryImport("libc")]
    private static partial nint syscall(nint number, nint first, nint second, nint third, nint fourth);

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int access(string path, int mode);

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint getxattr(string path, string name, nint value, nint size);

    [LibraryImport("libc", SetLastError = true)]
    private static unsafe partial int poll(PollEntry* entries, nuint count, int milliseconds);

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int open(string path, int flags);

    [LibraryImport("libc")]
    private static unsafe partial nint read(int descriptor, byte* buffer, nuint count);

    [LibraryImport("libc")]
    private static partial int close(int descriptor);

    [LibraryImport("libc")]
    private static partial int fcntl(SafeHandle descriptor, int command, nint argument);

    [LibraryImport("libc")]
    private static partial int ioctl(SafeHandle descriptor, nuint request, out int value);

    public static void CloseHandle(int descriptor) => _ = close(descriptor);
}
