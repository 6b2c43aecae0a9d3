namespace Steward.Hosting;

/// <summary>The data directory of a manager that a program has made for itself, which nobody else may use meanwhile.</summary>
internal sealed class ManagerDirectory : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private readonly string _path;
    private readonly FileStream _lock;

    private ManagerDirectory(string path, FileStream @lock) => (_path, _lock) = (path, @lock);

    /// <exception cref="DataDirectoryInUseException">Another manager uses it.</exception>
    /// <exception cref="IOException">It cannot be made.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be used.</exception>
    public static ManagerDirectory Take(string path)
    {
        // A folder of its own: what lies beside it may be a daemon's, whose children are none of ours.
        var own = Path.Combine(Path.GetFullPath(path), "manager");
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(own);
        else
            Directory.CreateDirectory(own, OwnerOnly);
        try
        {
            return new ManagerDirectory(own, new FileStream(Path.Combine(own, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (IOException failure) when (failure is not (DirectoryNotFoundException or FileNotFoundException or PathTooLongException))
        {
            throw new DataDirectoryInUseException(path, failure);
        }
    }

    public string Within(string name) => Path.Combine(_path, name);

    public void Dispose() => _lock.Dispose();
}
