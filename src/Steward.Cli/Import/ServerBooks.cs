using Steward.Configuration;
using Steward.Server.Daemon;

namespace Steward.Cli.Import;

/// <summary>Finds the place in which Steward keeps its servers now.</summary>
internal static class ServerBooks
{
    /// <summary>Whether a daemon runs with the data directory.</summary>
    public static bool IsServed(DataDirectory data) => DaemonFacts.Read(data) is not null && DaemonLock.IsTaken(data);

    /// <summary>The running daemon, else the registry of the data directory.</summary>
    /// <exception cref="CliException">Neither can be reached.</exception>
    public static async Task<IServerBook> OpenAsync(CliContext context, DataDirectory data, CancellationToken cancellationToken) =>
        IsServed(data)
            ? new DaemonBook(Client.DaemonClient.Connect(context, data))
            : await RegistryBook.OpenAsync(data, context.Time, cancellationToken);

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
