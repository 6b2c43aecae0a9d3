using Steward.Registry;
using Steward.Registry.Sqlite;

namespace Steward.Server.Daemon;

/// <summary>What the registry of a data directory holds of servers, for somebody who only reads it.</summary>
/// <param name="Content">The servers.</param>
/// <param name="Problem">Why they could not be read, in words; <see langword="null"/> where they could.</param>
internal sealed record RegistrySnapshot(RegistryContent Content, string? Problem)
{
    /// <summary>A registry without anything in it.</summary>
    public static RegistrySnapshot Empty { get; } = new(RegistryContent.Empty, null);

    /// <summary>Reads a registry, while no daemon can begin to use it. Where there is none, none is made.</summary>
    /// <returns><see langword="null"/> where a daemon uses the data directory.</returns>
    public static async Task<RegistrySnapshot?> ReadAsync(DataDirectory data, TimeProvider time, CancellationToken cancellationToken)
    {
        if (!File.Exists(data.LockFile) && !File.Exists(data.RegistryFile))
            return Empty;
        try
        {
            using var shared = await DaemonLock.ShareAsync(data, time, cancellationToken);
            if (shared is null)
                return null;
            return new(await SqliteRegistryStore.PeekAsync(data.RegistryFile, data.RegistryKeyFile), null);
        }
        catch (Exception unreadable) when (unreadable is RegistryException or IOException or UnauthorizedAccessException)
        {
            return Empty with { Problem = unreadable.Message };
        }
    }
}
