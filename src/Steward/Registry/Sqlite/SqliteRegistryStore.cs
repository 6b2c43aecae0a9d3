using Microsoft.Extensions.Logging;

namespace Steward.Registry.Sqlite;

/// <summary>A registry in an SQLite file: one writer, and readers that never wait for it.</summary>
internal sealed class SqliteRegistryStore : IRegistryStore
{
    // So exact is the time at which a connection is said to have ended whose end nobody could write.
    private static readonly TimeSpan KeepingInterval = TimeSpan.FromMinutes(1);

    private readonly SqliteRegistryOptions _options;
    private readonly SqliteWriter _writer;
    private readonly SqliteReaders _readers;
    private readonly SqliteHistory _history;
    private readonly ITimer _keeping;
    private bool _wasOpened;

    public SqliteRegistryStore(SqliteRegistryOptions options, TimeProvider time, ILogger logger)
    {
        _options = options;
        var file = new SqliteFile(options.Path, options.Steps);
        var seal = new DefinitionSeal(options.KeyFile);
        _writer = new SqliteWriter(file, time, logger) { Opened = OnOpened, SettingAside = () => _readers!.Suspend() };
        _readers = new SqliteReaders(file, _writer);
        _history = new SqliteHistory(_writer, _readers, options.Retention, time);
        Servers = new SqliteServers(_writer, _readers, seal);
        Memory = new SqliteMemory(_writer, _readers, seal);
        _keeping = time.CreateTimer(static store => ((SqliteRegistryStore)store!).Keep(), this, KeepingInterval, KeepingInterval);
    }

    public IServerTable Servers { get; }

    public IHistoryTable History => _history;

    public IMemoryTable Memory { get; }

    /// <summary>Reads the servers of a file and leaves it alone, in whatever state it is: nothing is made, brought up to date, or set aside.</summary>
    /// <exception cref="RegistryException">It cannot be read.</exception>
    public static Task<RegistryContent> PeekAsync(string path, string keyFile) => OffPool.RunAsync(() =>
    {
        if (new FileInfo(path) is not { Exists: true, Length: > 0 })
            return RegistryContent.Empty;
        try
        {
            var file = new SqliteFile(path, Schema.Steps);
            using var session = file.OpenReader();
            return file.ReadVersion(session) == 0 ? RegistryContent.Empty : SqliteServers.Read(session, new DefinitionSeal(keyFile));
        }
        catch (InvalidDataException foreign)
        {
            throw new RegistryException($"The registry {path} cannot be used: {foreign.Message}.", foreign);
        }
        catch (Exception failure) when (SqliteFailure.IsDamage(failure))
        {
            throw new RegistryException($"The registry {path} is damaged. 'steward up' sets it aside and keeps what can be saved.", failure);
        }
        catch (Exception failure) when (SqliteFailure.IsOf(failure))
        {
            throw SqliteFailure.Describe(path, failure);
        }
    });

    public Task OpenAsync(CancellationToken cancellationToken) => FlushAsync(cancellationToken);

    public Task FlushAsync(CancellationToken cancellationToken) => _writer.WriteAsync(static _ => true, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _keeping.DisposeAsync().ConfigureAwait(false);
        await _writer.DisposeAsync().ConfigureAwait(false);
        _readers.Dispose();
    }

    private void Keep() => _writer.Post(session =>
    {
        _history.Keep(session);
        if (_options.MaxPages is { } maxPages)
            session.Run($"PRAGMA max_page_count = {maxPages()}");
    });

    /// <summary>Called by the writer alone.</summary>
    private void OnOpened(SqliteSession session)
    {
        if (_options.MaxPages is { } maxPages)
            session.Run($"PRAGMA max_page_count = {maxPages()}");
        if (!_wasOpened)
            session.InTransaction(() => SqliteHistory.CloseLeftOpen(session)); // later ones are ours
        _wasOpened = true;
        session.InTransaction(() => _history.Keep(session));
        _readers.Renew();
    }
}
