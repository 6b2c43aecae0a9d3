using System.Text.Json;
using Steward.Catalog;
using Steward.Configuration;
using Steward.Wire;

namespace Steward.Upstreams;

/// <summary>
/// What the server of a run offers, kept true: a list is read again when the server says that it has changed. One of the modern era
/// that does not say so is asked again when somebody uses a list that has outlived the time that the server gave it.
/// </summary>
internal sealed class RunCatalog : IAsyncDisposable
{
    // A server that announces changes in a storm is asked at most so often.
    private static readonly TimeSpan RelistingPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ListTimeout = TimeSpan.FromSeconds(30);

    // A list without a time of its own, or with a very short one, is not asked for more often than this, however much it is used.
    private static readonly TimeSpan LeastLife = TimeSpan.FromSeconds(30);

    private readonly UpstreamConnection _connection;
    private readonly RunTraffic _traffic;
    private readonly UpstreamHost _host;
    private readonly long[] _readAt = new long[CatalogKinds.Count];
    private readonly CancellationTokenSource _lifetime = new();
    private readonly Lock _gate = new(); // both the reading and a new definition change what follows
    private ServerConfig _config;
    private ServerCatalog _whole;
    private ServerCatalog _current;
    private Task _relisting = Task.CompletedTask;

    private RunCatalog(ServerConfig config, UpstreamConnection connection, ServerCatalog whole, RunTraffic traffic, UpstreamHost host)
    {
        (_config, _connection, _whole, _traffic, _host) = (config, connection, whole, traffic, host);
        _current = whole.Filtered(config.Tools);
        Array.Fill(_readAt, host.Time.GetTimestamp());
    }

    public ServerCatalog Current => Volatile.Read(ref _current);

    /// <summary>The same before the filter.</summary>
    public ServerCatalog Whole => Volatile.Read(ref _whole);

    /// <summary>Reads everything that a server offers.</summary>
    /// <exception cref="Supervision.ServerLaunchException">It cannot be read.</exception>
    public static async Task<RunCatalog> ReadAsync(ServerConfig config, UpstreamConnection connection, RunTraffic traffic, UpstreamHost host, CancellationToken cancellationToken)
    {
        try
        {
            var first = await CatalogReader.ReadAllAsync(connection, ToolFilter.All, Timeout.InfiniteTimeSpan, cancellationToken).ConfigureAwait(false);
            return new RunCatalog(config, connection, first, traffic, host);
        }
        catch (Exception failure) when (failure is UpstreamErrorException or JsonException or LinkClosedException)
        {
            throw new Supervision.ServerLaunchException($"Server '{config.Id}' shook hands, but its lists could not be read: {failure.Message}", innerException: failure);
        }
    }

    /// <summary>Begins to follow changes.</summary>
    /// <param name="changed">Called when what is known has become another.</param>
    public void Follow(Action changed) => _relisting = RelistAsync(changed);

    /// <summary>
    /// Somebody uses a list: if it may be stale it is read again behind his back. He gets what is known, and hears of the difference as
    /// of any change.
    /// </summary>
    public void OnUsed(CatalogKind kind)
    {
        var server = _connection.Server;
        if (server.Era == ProtocolEra.Legacy || !server.Has(kind) || server.Announces(kind))
            return;
        var readAt = Volatile.Read(ref _readAt[(int)kind]);
        var life = TimeSpan.FromMilliseconds(Math.Clamp(Current.Cache(kind).TtlMs, (long)LeastLife.TotalMilliseconds, int.MaxValue));
        if (_host.Time.GetElapsedTime(readAt) >= life && Interlocked.CompareExchange(ref _readAt[(int)kind], _host.Time.GetTimestamp(), readAt) == readAt)
            _traffic.NoteChange(kind);
    }

    /// <summary>Filters anew what is known. Whether that has made another list of it.</summary>
    public bool Redefine(ServerConfig config)
    {
        lock (_gate)
        {
            _config = config;
            return TryShow(_whole);
        }
    }

    /// <summary>Changes may have been missed: every list is read again.</summary>
    public void Reread()
    {
        foreach (var kind in Enum.GetValues<CatalogKind>())
            _traffic.NoteChange(kind);
    }

    public async ValueTask DisposeAsync()
    {
        _traffic.Complete();
        await _lifetime.CancelAsync().ConfigureAwait(false);
        await _relisting.ConfigureAwait(false);
    }

    private async Task RelistAsync(Action changed)
    {
        try
        {
            while (await _traffic.WaitForChangeAsync(_lifetime.Token).ConfigureAwait(false))
            {
                if (await TryRelistAsync(_traffic.TakeChanges()).ConfigureAwait(false))
                    changed();
                await Task.Delay(RelistingPause, _host.Time, _lifetime.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (_lifetime.IsCancellationRequested)
        {
            // The run is over.
        }
    }

    private async Task<bool> TryRelistAsync(IReadOnlyCollection<CatalogKind> kinds)
    {
        var after = _whole; // nobody else reads lists
        try
        {
            foreach (var kind in kinds)
            {
                Volatile.Write(ref _readAt[(int)kind], _host.Time.GetTimestamp());
                after = after.With(kind, await CatalogReader.ReadAsync(_connection, kind, ToolFilter.All, ListTimeout, _lifetime.Token).ConfigureAwait(false));
            }
        }
        catch (Exception failure) when (failure is UpstreamErrorException or JsonException or LinkClosedException)
        {
            _host.Logger.RelistingFailed(_connection.ServerId, failure.Message); // what was known stays: better old than none
            return false;
        }

        lock (_gate)
            return TryShow(after);
    }

    private bool TryShow(ServerCatalog whole)
    {
        Volatile.Write(ref _whole, whole);
        var filtered = whole.Filtered(_config.Tools);
        if (_current.LastsAs(filtered) && !_current.Differences(filtered).Any())
            return false;
        Volatile.Write(ref _current, filtered);
        return true;
    }
}
