using System.Collections.Concurrent;

namespace Steward.Registry.Sqlite;

/// <summary>Connections for reading: as many as are used at one time, of which a few are kept for the next.</summary>
internal sealed class SqliteReaders(SqliteFile file, SqliteWriter writer) : IDisposable
{
    private const int MaxIdle = 4;

    private readonly ConcurrentBag<(SqliteSession Session, int Generation)> _idle = [];
    private int _generation;
    private bool _isReady;
    private bool _isDisposed;

    /// <summary>Reads something that is on disk.</summary>
    /// <exception cref="RegistryException">It cannot be read.</exception>
    public async Task<T> ReadAsync<T>(Func<SqliteSession, T> read, CancellationToken cancellationToken)
    {
        await WaitUntilReadyAsync(cancellationToken).ConfigureAwait(false);
        var generation = Volatile.Read(ref _generation);
        try
        {
            return await OffPool.RunAsync(() => Read(read)).WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (RegistryException) when (!Volatile.Read(ref _isReady) || generation != Volatile.Read(ref _generation))
        {
            await WaitUntilReadyAsync(cancellationToken).ConfigureAwait(false); // it read from between two files
            return await OffPool.RunAsync(() => Read(read)).WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>The file is about to be set aside: who reads waits for the next.</summary>
    public void Suspend() => Volatile.Write(ref _isReady, false);

    /// <summary>The file has been opened for writing, perhaps because the one before was set aside.</summary>
    public void Renew()
    {
        Interlocked.Increment(ref _generation);
        Volatile.Write(ref _isReady, true);
        Drain();
    }

    public void Dispose()
    {
        Volatile.Write(ref _isDisposed, true);
        Drain();
    }

    /// <summary>Before it was opened for writing the file is not there, or not up to date.</summary>
    private async Task WaitUntilReadyAsync(CancellationToken cancellationToken)
    {
        if (!Volatile.Read(ref _isReady))
            await writer.WriteAsync(static _ => true, cancellationToken).ConfigureAwait(false);
    }

    private T Read<T>(Func<SqliteSession, T> read)
    {
        var generation = Volatile.Read(ref _generation);
        SqliteSession? session = null;
        try
        {
            session = Take(generation);
            var result = read(session);
            Return(session, generation);
            return result;
        }
        catch (Exception failure) when (SqliteFailure.IsOf(failure))
        {
            session?.Dispose();
            if (SqliteFailure.IsDamage(failure) && generation == Volatile.Read(ref _generation)) // else it was the file before, which is known
                writer.Distrust(failure.Message);
            throw SqliteFailure.Describe(file.Path, failure);
        }
    }

    private SqliteSession Take(int generation)
    {
        while (_idle.TryTake(out var idle))
        {
            if (idle.Generation == generation)
                return idle.Session;
            idle.Session.Dispose();
        }

        return file.OpenReader();
    }

    private void Return(SqliteSession session, int generation)
    {
        if (_idle.Count >= MaxIdle || generation != Volatile.Read(ref _generation))
            session.Dispose();
        else
            _idle.Add((session, generation));
        if (Volatile.Read(ref _isDisposed))
            Drain();
    }

    private void Drain()
    {
        while (_idle.TryTake(out var idle))
            idle.Session.Dispose();
    }
}
