using Steward.Configuration;
using Steward.Server.Daemon;

namespace Steward.Cli.Import;

/// <summary>Finds the place in which Steward keeps its servers now.</summary>
internal static class ServerBooks
{
    /// <summary>Whether a daemon runs with the data directory.</summary>
    public static bool IsServed(DataDirectory data) => DaemonFacts.Read(data) is not null && DaemonLock.IsTaken(data);

    /// <summary>
    /// What the place is called that <see cref="OpenAsync"/> would open now. It is to be opened only when nobody has to be asked any more:
    /// while the registry is open no daemon can start.
    /// </summary>
    public static string NameOf(DataDirectory data) => IsServed(data) ? DaemonBook.Title : RegistryBook.Title;

    /// <summary>The running daemon, else the registry of the data directory.</summary>
    /// <exception cref="CliException">Neither can be reached.</exception>
    public static async Task<IServerBook> OpenAsync(CliContext context, DataDirectory data, CancellationToken cancellationToken) =>
        await OpenRegistryAsync(context, data, cancellationToken) is { } registry
            ? registry
            : new DaemonBook(Client.DaemonClient.Connect(context, data));

    /// <summary>The registry of the data directory; <see langword="null"/> where a daemon serves it, also one that has just come up.</summary>
    /// <exception cref="CliException">It cannot be opened.</exception>
    public static async Task<RegistryBook?> OpenRegistryAsync(CliContext context, DataDirectory data, CancellationToken cancellationToken)
    {
        if (IsServed(data))
            return null;
        try
        {
            return await RegistryBook.OpenAsync(data, context.Time, cancellationToken);
        }
        catch (CliException taken) when (taken.InnerException is DaemonRunningException && IsServed(data))
        {
            return null; // a daemon takes the lock first and says later where it listens
        }
    }

    /// <summary>The servers that there are; none where there is neither a daemon nor a registry. Nothing is made.</summary>
    /// <exception cref="CliException">They cannot be read.</exception>
    public static async Task<IReadOnlyList<ServerConfig>> ListAsync(CliContext context, DataDirectory data, CancellationToken cancellationToken)
    {
        if (!File.Exists(data.RegistryFile) && !DaemonLock.IsTaken(data))
            return [];
        await using var book = await OpenAsync(context, data, cancellationToken);
        return await book.ListAsync(cancellationToken);
    }

    /// <summary>Whether there are servers that no file declares. Nothing is made.</summary>
    /// <exception cref="CliException">It cannot be told.</exception>
    public static async Task<bool> AnyRegisteredAsync(CliContext context, DataDirectory data, CancellationToken cancellationToken)
    {
        if (DaemonLock.IsTaken(data))
            return true; // whoever asks wants to use the directory, and will hear that it is in use
        return (await ListAsync(context, data, cancellationToken)).Count > 0;
    }

    /// <summary>Where Steward's gateway listens, or would.</summary>
    public static IReadOnlyList<string> GatewayAddresses(DataDirectory data) =>
        [.. new[] { DaemonFacts.Read(data)?.Url, new GatewayConfig().Listen }.OfType<string>().Distinct(StringComparer.Ordinal)];
}
