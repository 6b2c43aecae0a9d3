using Microsoft.Data.Sqlite;

namespace Steward.Registry.Sqlite;

/// <summary>What an error of SQLite, or of the file system below it, means for the registry.</summary>
internal static class SqliteFailure
{
    private const int Busy = 5;
    private const int Locked = 6;
    private const int ReadOnly = 8;
    private const int InputOutput = 10;
    private const int Corrupt = 11;
    private const int Full = 13;
    private const int CannotOpen = 14;
    private const int NotADatabase = 26;

    /// <summary>Whether it is of the kind that the file or the disk is to blame for.</summary>
    public static bool IsOf(Exception failure) => failure is SqliteException or IOException or UnauthorizedAccessException or RegistryException;

    /// <summary>Whether the file is no database, or a broken one.</summary>
    public static bool IsDamage(Exception failure) => failure is SqliteException { SqliteErrorCode: Corrupt or NotADatabase };

    public static RegistryException Describe(string path, Exception failure) => failure as RegistryException ?? new RegistryException(
        failure switch
        {
            SqliteException { SqliteErrorCode: Full } => $"The registry {path} cannot be written: the disk is full. Free some space; what was refused can then be asked for again.",
            SqliteException { SqliteErrorCode: InputOutput } error => $"The registry {path} cannot be used: the disk or the system refuses ({error.Message}). See to the disk, and whether files may grow (ulimit -f, LimitFSIZE= of systemd); what was refused can then be asked for again.",
            SqliteException { SqliteErrorCode: ReadOnly } => $"The registry {path} may not be written. Give the file and its folder to the user who runs Steward.",
            SqliteException { SqliteErrorCode: CannotOpen } => $"The registry {path} cannot be opened. Is it a folder, or does it belong to another user?",
            SqliteException { SqliteErrorCode: Busy or Locked } => $"The registry {path} is locked by another program. Close it; what was refused can then be asked for again.",
            SqliteException { SqliteErrorCode: Corrupt or NotADatabase } => $"The registry {path} is damaged. It is being set aside, and what can be saved is kept: ask again.",
            SqliteException error => $"The registry {path} cannot be used: {error.Message}",
            UnauthorizedAccessException => $"The registry {path} may not be read or written ({failure.Message}). Give the file and its folder to the user who runs Steward.",
            _ => $"The registry {path} cannot be used: {failure.Message}",
        },
        failure);
}
