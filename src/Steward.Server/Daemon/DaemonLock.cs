using System.Diagnostics;

namespace Steward.Server.Daemon;

/// <summary>
/// Keeps a second daemon from the same data directory, and with it everybody else who would write there. Who only reads shares the lock
/// with others who do, and keeps daemons waiting for that long. The system lets go of the lock when the process ends, however it
/// ends; the file stays, because deleting it would let two daemons lock two files of one name.
/// </summary>
internal sealed class DaemonLock : IDisposable
{
    // How the runtime says that somebody else has the lock: by the error number of flock, or of Windows.
    private const int LinuxWouldBlock = 11;
    private const int MacWouldBlock = 35;
    private const int WindowsSharingViolation = unchecked((int)0x80070020);

    // Whoever reads, or imports, is done by then.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(20);

    private readonly FileStream _file;

    private DaemonLock(FileStream file) => _file = file;

    /// <summary>Locks a data directory.</summary>
    /// <exception cref="DaemonRunningException">Another daemon has it, or somebody else for a moment.</exception>
    public static DaemonLock Take(DataDirectory data) =>
        TryOpen(data, FileAccess.ReadWrite, FileShare.None, out var refused) ?? throw new DaemonRunningException(data, DaemonFacts.Read(data), refused!);

    /// <summary>Locks a data directory, and waits a little for whoever has it only for a moment.</summary>
    /// <exception cref="DaemonRunningException">Another daemon has it.</exception>
    public static async Task<DaemonLock> TakeAsync(DataDirectory data, TimeProvider time, CancellationToken cancellationToken) =>
        await WaitAsync(() => TryOpen(data, FileAccess.ReadWrite, FileShare.None, out _), data, time, cancellationToken) ?? Take(data);

    /// <summary>Keeps daemons from a data directory while it is read. Others may read at the same time.</summary>
    /// <returns><see langword="null"/> where a daemon has it, or is about to.</returns>
    public static Task<DaemonLock?> ShareAsync(DataDirectory data, TimeProvider time, CancellationToken cancellationToken) =>
        WaitAsync(() => TryShare(data), data, time, cancellationToken);

    /// <summary>Whether no daemon has the data directory now.</summary>
    public static bool IsFree(DataDirectory data)
    {
        using var shared = TryShare(data);
        return shared is not null;
    }

    /// <summary>Whether a daemon has the data directory now. Nothing is made where there is none yet.</summary>
    public static bool IsTaken(DataDirectory data) => File.Exists(data.LockFile) && !IsFree(data);

    public void Dispose() => _file.Dispose();

    private static DaemonLock? TryShare(DataDirectory data) => TryOpen(data, FileAccess.Read, FileShare.Read, out _);

    private static DaemonLock? TryOpen(DataDirectory data, FileAccess access, FileShare share, out IOException? refused)
    {
        var options = new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = access, Share = share, BufferSize = 0 };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        try
        {
            refused = null;
            return new(new FileStream(data.LockFile, options));
        }
        catch (IOException failure) when (failure.HResult is LinuxWouldBlock or MacWouldBlock or WindowsSharingViolation)
        {
            refused = failure;
            return null;
        }
    }

    /// <summary>Tries until it succeeds, or a daemon says that it is there, or patience is at its end.</summary>
    private static async Task<DaemonLock?> WaitAsync(Func<DaemonLock?> attempt, DataDirectory data, TimeProvider time, CancellationToken cancellationToken)
    {
        var begun = time.GetTimestamp();
        while (true)
        {
            if (attempt() is { } taken)
                return taken;
            if ((DaemonFacts.Read(data) is { } facts && IsAlive(facts.Pid)) || time.GetElapsedTime(begun) >= Patience)
                return null;
            await Task.Delay(Look, time, cancellationToken);
        }
    }

    private static bool IsAlive(int pid)
    {
        try
        {
            using var process = Process.GetProcessById(pid);
            return !process.HasExited;
        }
        catch (Exception gone) when (gone is ArgumentException or InvalidOperationException)
        {
            return false;
        }
    }
}
