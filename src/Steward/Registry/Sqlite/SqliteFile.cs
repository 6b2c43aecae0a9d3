using Microsoft.Data.Sqlite;

namespace Steward.Registry.Sqlite;

/// <summary>The file of the registry: opens it, brings it to the newest version, and knows its companions.</summary>
internal sealed class SqliteFile(string path, IReadOnlyList<SchemaStep> steps)
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    public string Path => path;

    /// <summary>Opens a connection that may write; makes the file where there is none.</summary>
    public SqliteSession OpenWriter()
    {
        Create();
        var session = Open(path, SqliteOpenMode.ReadWriteCreate);
        try
        {
            // Write-ahead: readers and the writer never wait for each other, and a killed process loses nothing that was committed.
            session.Run("PRAGMA journal_mode = WAL");
            return session;
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    /// <summary>Opens a connection that only reads, of a file that is there.</summary>
    public SqliteSession OpenReader()
    {
        var session = Open(path, SqliteOpenMode.ReadWrite); // a reader of a write-ahead log writes to its index
        session.Run("PRAGMA query_only = 1");
        return session;
    }

    /// <summary>Opens a file that was set aside, to see what can be saved.</summary>
    public static SqliteSession OpenAside(string aside)
    {
        var session = Open(aside, SqliteOpenMode.ReadWrite);
        session.Run("PRAGMA writable_schema = ON"); // else nothing at all is read of a file that has fewer pages than it says
        return session;
    }

    /// <summary>The version of the file; 0 where there is nothing in it yet.</summary>
    /// <exception cref="NewerRegistryException">It is newer than the newest that is known.</exception>
    /// <exception cref="InvalidDataException">It is somebody else's.</exception>
    public long ReadVersion(SqliteSession session)
    {
        var (version, owner) = ((long)session.Scalar("PRAGMA user_version")!, (long)session.Scalar("PRAGMA application_id")!);
        if (owner != Schema.ApplicationId && (owner != 0 || version != 0 || (long)session.Scalar("SELECT count(*) FROM sqlite_master")! > 0))
            throw new InvalidDataException("it is a database of another program");
        if (version > steps[^1].Version)
            throw new NewerRegistryException(path, version, steps[^1].Version);
        return version;
    }

    /// <summary>Brings the file to the newest version, a transaction for each step.</summary>
    /// <exception cref="NewerRegistryException">It is newer than that.</exception>
    /// <exception cref="InvalidDataException">It is somebody else's.</exception>
    public void Migrate(SqliteSession session)
    {
        var version = ReadVersion(session);
        foreach (var step in steps.Where(step => step.Version > version))
        {
            session.InTransaction(() =>
            {
                if (ReadVersion(session) >= step.Version)
                    return; // another process has done it in between
                session.Run(step.Sql);
                session.Run($"PRAGMA application_id = {Schema.ApplicationId}; PRAGMA user_version = {step.Version}");
            });
        }
    }

    /// <summary>Why the file cannot be trusted; <see langword="null"/> where it can. Of its tables only the definitions are looked through: that takes no time.</summary>
    public static string? FindDamage(SqliteSession session)
    {
        var findings = session.Read("PRAGMA quick_check(servers)", row => row.GetString(0));
        return findings is ["ok"] ? null : findings.FirstOrDefault() ?? "it could not be checked";
    }

    /// <summary>Moves the file and its companions out of the way.</summary>
    /// <returns>Where it is now.</returns>
    public string SetAside(DateTimeOffset now)
    {
        var aside = $"{path}.damaged-{now:yyyyMMdd'T'HHmmss'Z'}";
        for (var i = 2; File.Exists(aside); i++)
            aside = $"{path}.damaged-{now:yyyyMMdd'T'HHmmss'Z'}-{i}";
        File.Move(path, aside);
        foreach (var companion in (string[])["-wal", "-shm"])
        {
            if (File.Exists(path + companion))
                File.Move(path + companion, aside + companion);
        }

        return aside;
    }

    /// <summary>Makes the file for its owner alone, before SQLite makes it for everybody. Its companions get the mode of the file.</summary>
    private void Create()
    {
        if (OperatingSystem.IsWindows() || Directory.Exists(path))
            return; // SQLite says of a folder what it is
        if (!File.Exists(path))
            new FileStream(path, new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.Write, UnixCreateMode = OwnerOnly }).Dispose();
        else if (File.GetUnixFileMode(path) is not OwnerOnly)
            File.SetUnixFileMode(path, OwnerOnly);
    }

    private static SqliteSession Open(string path, SqliteOpenMode mode)
    {
        SqliteLibrary.Use();
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Mode = mode, Pooling = false, DefaultTimeout = 5 }.ToString());
        try
        {
            connection.Open();
            return new SqliteSession(connection);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }
}
