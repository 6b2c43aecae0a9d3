using Microsoft.Extensions.Logging.Abstractions;
using Steward.Cli.Output;
using Steward.Configuration;
using Steward.Registry;
using Steward.Registry.Sqlite;
using Steward.Server.Daemon;

namespace Steward.Cli.Import;

/// <summary>The registry in a data directory that no daemon uses; while it is open none can.</summary>
internal sealed class RegistryBook : IServerBook
{
    private readonly DaemonLock _lock;
    private readonly SqliteRegistryStore _store;
    private readonly TimeProvider _time;

    private RegistryBook(DaemonLock @lock, SqliteRegistryStore store, TimeProvider time) => (_lock, _store, _time) = (@lock, store, time);

    public string Name => "Steward's registry";

    public string NextStep => " 'steward up' runs them.";

    /// <exception cref="CliException">It cannot be opened.</exception>
    public static async Task<RegistryBook> OpenAsync(DataDirectory data, TimeProvider time, CancellationToken cancellationToken)
    {
        DaemonLock? @lock = null;
        try
        {
            data.Create();
            @lock = await DaemonLock.TakeAsync(data, time, cancellationToken);
            var store = new SqliteRegistryStore(new SqliteRegistryOptions { Path = data.RegistryFile, KeyFile = data.RegistryKeyFile }, time, NullLogger.Instance);
            await store.OpenAsync(cancellationToken);
            return new(@lock, store, time);
        }
        catch (Exception error) when (error is RegistryException or DaemonRunningException or IOException or UnauthorizedAccessException)
        {
            @lock?.Dispose();
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

    public async Task AddAsync(ServerConfig server, string source, CancellationToken cancellationToken)
    {
        try
        {
            var now = _time.GetUtcNow();
            if (!await _store.Servers.AddAsync(new RegisteredServer(ServerJson.Checked(server), source, now, now), cancellationToken))
                throw new CliException(ExitCodes.Failure, $"There is a server '{server.Id}' already.");
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
}
