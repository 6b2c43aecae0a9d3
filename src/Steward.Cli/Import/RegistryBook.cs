using Microsoft.Extensions.Logging.Abstractions;
using Steward.Cli.Output;
using Steward.Configuration;
using Steward.Registry;
using Steward.Registry.Sqlite;
using Steward.Server.Daemon;
using Steward.Supervision;

namespace Steward.Cli.Import;

/// <summary>The registry in a data directory that no daemon uses; while it is open none can.</summary>
internal sealed class RegistryBook : IServerBook
{
    private readonly DaemonLock _lock;
    private readonly SqliteRegistryStore _store;
    private readonly TimeProvider _time;

    private RegistryBook(DaemonLock @lock, SqliteRegistryStore store, TimeProvider time) => (_lock, _store, _time) = (@lock, store, time);

    /// <summary>What users call it.</summary>
    public const string Title = "Steward's registry";

    public string Name => Title;

    public string NextStep => " 'steward up' runs them.";

    /// <exception cref="CliException">It cannot be opened; where somebody else has the data directory, by a <see cref="DaemonRunningException"/>.</exception>
    public static async Task<RegistryBook> OpenAsync(DataDirectory data, TimeProvider time, CancellationToken cancellationToken)
    {
        try
        {
            data.Create();
            var @lock = await DaemonLock.TakeAsync(data, time, cancellationToken);
            return new(@lock, await OpenStoreAsync(@lock, data, time, cancellationToken), time);
        }
        catch (Exception error) when (error is RegistryException or DaemonRunningException or IOException or UnauthorizedAccessException)
        {
            throw new CliException(ExitCodes.Failure, SafeText.Line(error.Message), error);
        }
    }

    public async Task<IReadOnlyList<ServerConfig>> ListAsync(CancellationToken cancellationToken)
    {
        try
        {
            return [.. (await _store.Servers.ReadAsync(cancellationToken)).Servers.Select(server => server.Config)];
        }
        catch (RegistryException error)
        {
            throw new CliException(ExitCodes.Failure, SafeText.Line(error.Message), error);
        }
    }

    public Task AddAsync(ServerConfig server, string source, CancellationToken cancellationToken) => KeepAsync(server, source, cancellationToken);

    /// <summary>Adds a server.</summary>
    /// <returns>The server as it is listed when no daemon runs.</returns>
    /// <exception cref="CliException">It cannot be added.</exception>
    public async Task<ServerEntry> KeepAsync(ServerConfig server, string source, CancellationToken cancellationToken)
    {
        try
        {
            var now = DateTimeOffset.FromUnixTimeMilliseconds(_time.GetUtcNow().ToUnixTimeMilliseconds()); // as exact as it is kept
            var kept = new RegisteredServer(ServerJson.Checked(server), source, now, now);
            if (!await _store.Servers.AddAsync(kept, cancellationToken))
                throw new CliException(ExitCodes.Failure, $"There is a server '{server.Id}' already.");
            var status = new ServerStatus { Id = server.Id, State = server.Disabled ? ServerState.Disabled : ServerState.Stopped, Since = now };
            return new ServerEntry(kept.Config, source, status) { Created = now, Updated = now };
        }
        catch (RegistryException error)
        {
            throw new CliException(ExitCodes.Failure, SafeText.Line(error.Message), error);
        }
        catch (ConfigException refused)
        {
            throw new CliException(ExitCodes.Usage, ProblemText.Of(refused), refused);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _store.DisposeAsync();
        _lock.Dispose();
    }

    /// <summary>Opens the store under the lock. Where that fails neither is held any more.</summary>
    private static async Task<SqliteRegistryStore> OpenStoreAsync(DaemonLock @lock, DataDirectory data, TimeProvider time, CancellationToken cancellationToken)
    {
        var store = new SqliteRegistryStore(new SqliteRegistryOptions { Path = data.RegistryFile, KeyFile = data.RegistryKeyFile }, time, NullLogger.Instance);
        try
        {
            await store.OpenAsync(cancellationToken);
            return store;
        }
        catch
        {
            await store.DisposeAsync();
            @lock.Dispose();
            throw;
        }
    }
}
