namespace Steward.Server.Daemon;

/// <summary>The folder in which a daemon keeps what outlives it. Only its owner may enter.</summary>
public sealed class DataDirectory
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>Names a folder; <see cref="Create"/> makes it.</summary>
    public DataDirectory(string path) => Path = System.IO.Path.GetFullPath(path);

    /// <summary>The folder's full path.</summary>
    public string Path { get; }

    /// <summary>The token that callers of the REST API present.</summary>
    public string ApiTokenFile => File("api-token");

    /// <summary>Where the running daemon can be reached: <see cref="DaemonFacts"/>.</summary>
    public string FactsFile => File("daemon.json");

    /// <summary>Locked by the daemon as long as it runs.</summary>
    public string LockFile => File("daemon.lock");

    /// <summary>What the daemon itself has to say.</summary>
    public string DaemonLogFile => File("daemon.log");

    /// <summary>The tokens of remote servers, sealed, and the key to them.</summary>
    public string TokensDirectory => File("tokens");

    /// <summary>The registry: registered servers, history, and what was learned.</summary>
    public string RegistryFile => File("steward.db");

    /// <summary>The key to the definitions in the registry.</summary>
    public string RegistryKeyFile => File("steward.key");

    /// <summary>The logs of the servers.</summary>
    public string LogsDirectory => File("logs");

    /// <summary>Notes about running children, by which the next daemon finds what a killed one left behind.</summary>
    public string ProcessesDirectory => File("processes");

    /// <summary>
    /// The folder to use: the one asked for, else <c>$STEWARD_DATA</c>, else <c>$XDG_DATA_HOME/steward</c>, else
    /// <c>~/.local/share/steward</c>.
    /// </summary>
    public static DataDirectory Find(string? explicitPath, Func<string, string?> environment)
    {
        if (explicitPath is { Length: > 0 })
            return new(explicitPath);
        if (environment("STEWARD_DATA") is { Length: > 0 } own)
            return new(own);
        // The XDG rules say that a relative path there is to be ignored.
        if (environment("XDG_DATA_HOME") is { Length: > 0 } data && System.IO.Path.IsPathRooted(data))
            return new(System.IO.Path.Combine(data, "steward"));
        var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        return new(System.IO.Path.Combine(home, ".local", "share", "steward"));
    }

    /// <summary>Makes the folder, and takes it from everybody but its owner.</summary>
    /// <exception cref="IOException">It cannot be made.</exception>
    /// <exception cref="UnauthorizedAccessException">It cannot be made, or belongs to somebody else.</exception>
    public void Create()
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(Path);
            return;
        }

        Directory.CreateDirectory(Path, OwnerOnly);
        if (System.IO.File.GetUnixFileMode(Path) != OwnerOnly)
            System.IO.File.SetUnixFileMode(Path, OwnerOnly);
    }

    /// <inheritdoc/>
    public override string ToString() => Path;

    private string File(string name) => System.IO.Path.Combine(Path, name);
}
