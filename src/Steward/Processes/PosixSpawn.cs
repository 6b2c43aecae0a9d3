using System.Collections;
using System.Runtime.InteropServices;

namespace Steward.Processes;

/// <summary>
/// Starts and collects processes without .NET's <see cref="System.Diagnostics.Process"/>, which would compete for the exits
/// and does not collect adopted children. Linux only.
/// </summary>
internal static partial class PosixSpawn
{
    private const int AttributesSize = 512; // 336 with glibc and musl
    private const int SignalInfoSize = 128;
    private const short NewSession = 0x80;
    private const int AnyChild = 0;
    private const int Exited = 4;
    private const int LeaveWaitable = 0x01000000;
    private const int EndedByItself = 1;
    private const int NoHang = 1;
    private const int Interrupted = 4;
    private const int SetParentDeathSignal = 1;
    private const int SetChildSubreaper = 36;

    /// <summary>Makes this process the parent of all orphans among its descendants.</summary>
    public static bool BecomeSubreaper() => prctl(SetChildSubreaper, 1, 0, 0, 0) == 0;

    /// <summary>Has the kernel send a signal to this process when its parent ends. Must be asked for on the main thread.</summary>
    public static bool SignalOnParentDeath(int signal)
    {
        if (gettid() != Environment.ProcessId)
            throw new InvalidOperationException("The kernel forgets this wish with the thread that had it: call it on the main thread.");
        return prctl(SetParentDeathSignal, signal, 0, 0, 0) == 0;
    }

    public static int ParentId() => getppid();

    /// <summary>
    /// Starts a program in a session of its own, with our standard streams, and returns its id. A session of its own has no
    /// terminal: Ctrl-C reaches the one who started it, and not the program a second time.
    /// </summary>
    public static unsafe int Start(string path, IReadOnlyList<string> arguments, IDictionary environment)
    {
        var attributes = stackalloc byte[AttributesSize];
        _ = posix_spawnattr_init(attributes);
        _ = posix_spawnattr_setflags(attributes, NewSession);

        var variables = environment.Cast<DictionaryEntry>().Select(variable => $"{variable.Key}={variable.Value}").ToList();
        var argv = Allocate(arguments);
        var envp = Allocate(variables);
        try
        {
            var error = posix_spawn(out var processId, path, null, attributes, argv, envp);
            return error == 0
                ? processId
                : throw new IOException($"Cannot start '{path}': {Marshal.GetPInvokeErrorMessage(error)}");
        }
        finally
        {
            Free(argv);
            Free(envp);
            _ = posix_spawnattr_destroy(attributes);
        }
    }

    /// <summary>
    /// Waits for any child to end and says which and how, but leaves it to be collected: until then its id cannot be reused,
    /// and a signal to it cannot go astray. Null when there is no child.
    /// </summary>
    public static unsafe (int Id, DaemonExit Exit)? WaitForAny()
    {
        var info = stackalloc int[SignalInfoSize / sizeof(int)];
        while (waitid(AnyChild, 0, info, Exited | LeaveWaitable) != 0)
        {
            if (Marshal.GetLastPInvokeError() != Interrupted)
                return null;
        }

        // siginfo_t on 64-bit Linux: [2] how, [4] who, [6] status.
        var (how, id, status) = (info[2], info[4], info[6]);
        return (id, how == EndedByItself ? new DaemonExit(status, 0) : new DaemonExit(SignalNames.ExitCodeOf(status), status));
    }

    /// <summary>Collects a child that has ended.</summary>
    public static void Collect(int processId) => _ = waitpid(processId, out _, NoHang);

    private static unsafe byte** Allocate(IReadOnlyList<string> strings)
    {
        var array = (byte**)NativeMemory.AllocZeroed((nuint)strings.Count + 1, (nuint)sizeof(byte*));
        for (var i = 0; i < strings.Count; i++)
            array[i] = (byte*)Marshal.StringToCoTaskMemUTF8(strings[i]);
        return array;
    }

    private static unsafe void Free(byte** array)
    {
        for (var item = array; *item is not null; item++)
            Marshal.FreeCoTaskMem((nint)(*item));
        NativeMemory.Free(array);
    }

    [LibraryImport("libc")]
    private static partial int prctl(int option, nint first, nint second, nint third, nint fourth);

    [LibraryImport("libc")]
    private static partial int gettid();

    [LibraryImport("libc")]
    private static partial int getppid();

    [LibraryImport("libc", SetLastError = true)]
    private static unsafe partial int waitid(int kind, int id, int* info, int options);

    [LibraryImport("libc")]
    private static partial int waitpid(int processId, out int status, int options);

    [LibraryImport("libc")]
    private static unsafe partial int posix_spawnattr_init(byte* attributes);

    [LibraryImport("libc")]
    private static unsafe partial int posix_spawnattr_setflags(byte* attributes, short flags);

    [LibraryImport("libc")]
    private static unsafe partial int posix_spawnattr_destroy(byte* attributes);

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static unsafe partial int posix_spawn(
        out int processId, string path, byte* actions, byte* attributes, byte** argv, byte** envp);
}
