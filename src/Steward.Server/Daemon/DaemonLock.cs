namespace Steward.Server.Daemon;

/// <summary>
/// Keeps a second daemon from the same data directory. The system lets go of the lock when the process ends, however it
/// ends; the file stays, because deleting it would let two daemons lock two files of one name.
/// </summary>
internal sealed class DaemonLock : IDisposable
{
    private readonly FileStream _file;

    private DaemonLock(FileStream file) => _file = file;

    /// <summary>Locks a data directory.</summary>
    /// <exception cref="DaemonRunningException">Another daemon has it.</exception>
    public static DaemonLock Take(DataDirectory data)
    {
        var options = new FileStreamOptions
        {
            Mode = FileMode.OpenOrCreate,
            Access = FileAccess.ReadWrite,
            Share = FileShare.None,
            BufferSize = 0,
        };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        try
        {
            return new(new FileStream(data.LockFile, options));
        }
        catch (IOException refused) when (refused.GetType() == typeof(IOException) && File.Exists(data.LockFile))
        {
            throw new DaemonRunningException(data, DaemonFacts.Read(data), refused);
        }
    }

    /// <summary>Whether no daemon has the data directory now.</summary>
    public static bool IsFree(DataDirectory data)
    {
        try
        {
            Take(data).Dispose();
            return true;
        }
        catch (DaemonRunningException)
        {
            return false;
        }
    }

    /// <summary>Whether a daemon has the data directory now. Nothing is made where there is none yet.</summary>
    public static bool IsTaken(DataDirectory data) => File.Exists(data.LockFile) && !IsFree(data);

    public void Dispose() => _file.Dispose();
}
