using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace Steward.Registry.Sqlite;

/// <summary>
/// Writes everything, one transaction for all that waits. A disk that fails is tried again with every further write; that it fails,
/// and that it does again what it should, is said once each.
/// </summary>
internal sealed class SqliteWriter : IAsyncDisposable
{
    private const int MaxBatch = 512;

    // What is posted while so much waits is lost and counted: a disk that slow must neither fill the memory nor slow down a server.
    // What is awaited waits for its place.
    private const int MaxWaiting = 8192;

    private readonly Channel<RegistryWrite> _waiting = Channel.CreateBounded<RegistryWrite>(new BoundedChannelOptions(MaxWaiting) { SingleReader = true });
    // A disk that hangs must not hold Steward up for ever when it stops.
    private static readonly TimeSpan LongestEnd = TimeSpan.FromSeconds(10);

    private readonly SqliteFile _file;
    private readonly SqliteOpening _opening;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Task _writing;
    private SqliteSession? _session;
    private string? _damage;
    private long _lost;
    private long _saidLost;
    private bool _isFailing;

    /// <param name="file">The file.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Hears of failures.</param>
    public SqliteWriter(SqliteFile file, TimeProvider time, ILogger logger)
    {
        (_file, _opening, _time, _logger) = (file, new SqliteOpening(file, time, logger) { SettingAside = () => SettingAside() }, time, logger);
        _writing = Task.Run(RunAsync);
    }

    /// <summary>How many posted writes were lost.</summary>
    public long Lost => Interlocked.Read(ref _lost);

    /// <summary>Called on a connection that was just opened, before anything is written on it.</summary>
    public Action<SqliteSession> Opened { get; init; } = _ => { };

    /// <summary>Called before the file is set aside.</summary>
    public Action SettingAside { get; init; } = () => { };

    /// <summary>Writes something soon, or never.</summary>
    public void Post(Action<SqliteSession> write)
    {
        if (!_waiting.Writer.TryWrite(new PostedWrite(write)))
            Interlocked.Increment(ref _lost);
    }

    /// <summary>Writes something and waits until it is on disk.</summary>
    /// <exception cref="RegistryException">It cannot be written.</exception>
    public async Task<T> WriteAsync<T>(Func<SqliteSession, T> write, CancellationToken cancellationToken)
    {
        var awaited = new AwaitedWrite<T>(write);
        try
        {
            await _waiting.Writer.WriteAsync(awaited, cancellationToken).ConfigureAwait(false);
        }
        catch (ChannelClosedException closed)
        {
            throw new RegistryException("The registry is closed, for Steward is stopping.", closed);
        }

        return await awaited.Completion.WaitAsync(cancellationToken).ConfigureAwait(false); // given up, it may still be written
    }

    /// <summary>Somebody has found the file damaged while reading it.</summary>
    public void Distrust(string damage)
    {
        Volatile.Write(ref _damage, damage);
        _waiting.Writer.TryWrite(new PostedWrite(static _ => { })); // whatever is written next has it set aside
    }

    public async ValueTask DisposeAsync()
    {
        _waiting.Writer.TryComplete();
        await _writing.WaitAsync(LongestEnd, _time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task RunAsync()
    {
        var batch = new List<RegistryWrite>(MaxBatch);
        while (await _waiting.Reader.WaitToReadAsync().ConfigureAwait(false))
        {
            while (batch.Count < MaxBatch && _waiting.Reader.TryRead(out var write))
                batch.Add(write);
            await OffPool.RunAsync(() => Write(batch)).ConfigureAwait(false);
            batch.Clear();
        }

        await OffPool.RunAsync(Close).ConfigureAwait(false);
    }

    private void Write(List<RegistryWrite> batch)
    {
        var failure = TryCommit(batch);
        if (failure?.InnerException is { } cause && SqliteFailure.IsDamage(cause))
            failure = TryCommit(batch); // by now the damaged file is out of the way
        if (failure is null)
            return;
        var posted = batch.Where(write => !write.IsAwaited).ToList();
        if (batch.Count == 1 || posted.Count == batch.Count)
        {
            foreach (var write in batch)
                write.Failed(failure);
            Interlocked.Add(ref _lost, posted.Count);
            return;
        }

        // One of them may be to blame: the others are spared what is its. Who waits hears after what was posted before is decided.
        if (posted.Count > 0)
            Write(posted);
        foreach (var write in batch.Where(write => write.IsAwaited))
            Write([write]);
    }

    private RegistryException? TryCommit(List<RegistryWrite> batch)
    {
        try
        {
            var session = Open();
            // What somebody relies on also survives the loss of power. History survives the end of the process, which costs no flush.
            session.Run(batch.Exists(write => write.IsAwaited) ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = NORMAL");
            session.InTransaction(() =>
            {
                foreach (var write in batch)
                    write.Apply(session);
            });
        }
        catch (Exception failure)
        {
            Close(); // a new connection has nothing left of what went wrong on this one
            if (SqliteFailure.IsDamage(failure))
                _opening.Distrust(failure.Message);
            return Note(failure);
        }

        foreach (var write in batch)
            write.Committed();
        NoteSuccess();
        return null;
    }

    private SqliteSession Open()
    {
        if (Interlocked.Exchange(ref _damage, null) is { } damage)
        {
            Close();
            _opening.Distrust(damage);
        }

        if (_session is not null)
            return _session;
        var session = _opening.Open();
        try
        {
            Opened(session);
        }
        catch
        {
            session.Dispose();
            throw;
        }

        return _session = session;
    }

    private void Close()
    {
        _session?.Dispose();
        _session = null;
    }

    private RegistryException Note(Exception failure)
    {
        var described = SqliteFailure.Describe(_file.Path, failure);
        if (!_isFailing)
        {
            _isFailing = true;
            if (SqliteFailure.IsOf(failure))
                _logger.RegistryFailing(described.Message);
            else
                _logger.RegistryBroken(failure);
        }

        return described;
    }

    private void NoteSuccess()
    {
        var lost = Lost;
        if (!_isFailing && lost == _saidLost)
            return;
        _logger.RegistryRecovered(_file.Path, lost - _saidLost);
        (_isFailing, _saidLost) = (false, lost);
    }
}
