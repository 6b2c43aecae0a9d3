using System.Text.Json;
using Steward.Catalog;
using Steward.Configuration;
using Steward.Supervision;

namespace Steward.Upstreams;

/// <summary>A run of a managed server: the upstream that all clients share, and what it offers.</summary>
internal sealed class UpstreamRun : IServerRun
{
    // A server that announces changes in a storm is asked at most so often.
    private static readonly TimeSpan RelistingPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ListTimeout = TimeSpan.FromSeconds(30);

    private readonly ServerConfig _config;
    private readonly Upstream _upstream;
    private readonly RunTraffic _traffic;
    private readonly ISharedTraffic _listener;
    private readonly IRunObserver _observer;
    private readonly UpstreamHost _host;
    private readonly CancellationTokenSource _lifetime = new();
    private readonly Task _relisting;
    private ServerCatalog _catalog;
    private RunFacts _facts;

    private UpstreamRun(ServerConfig config, Upstream upstream, ServerCatalog catalog, RunTraffic traffic, ISharedTraffic listener, IRunObserver observer, UpstreamHost host)
    {
        (_config, _upstream, _catalog, _traffic, _listener, _observer, _host) = (config, upstream, catalog, traffic, listener, observer, host);
        _facts = new RunFacts { Transport = Connection.Transport, Revision = Connection.Server.Revision, ServerName = Connection.Server.ServerName };
        PublishCounts();
        _relisting = RelistAsync();
    }

    public UpstreamConnection Connection => _upstream.Connection;

    /// <summary>What the server offers now, after the filter.</summary>
    public ServerCatalog Catalog => Volatile.Read(ref _catalog);

    public Task<RunEnd> Ended => _upstream.Ended;

    public Task<string> Lost => _upstream.Lost;

    /// <summary>Starts a server and makes it ready.</summary>
    /// <exception cref="ServerLaunchException">That failed; nothing is left of it.</exception>
    public static async Task<UpstreamRun> LaunchAsync(ServerConfig config, ISharedTraffic listener, IRunObserver observer, UpstreamHost host, CancellationToken force, CancellationToken cancellationToken)
    {
        var traffic = new RunTraffic(listener);
        var upstream = await Upstream.OpenAsync(config, traffic, host, cancellationToken).ConfigureAwait(false);
        try
        {
            if (upstream.ProcessId is { } pid)
                observer.ProcessStarted(pid);
            await upstream.ShakeHandsAsync(Handshake.SharedParameters, cancellationToken).ConfigureAwait(false);
            var catalog = await ReadCatalogAsync(config, upstream, cancellationToken).ConfigureAwait(false);
            return new UpstreamRun(config, upstream, catalog, traffic, listener, observer, host);
        }
        catch
        {
            await upstream.AbandonAsync(force).ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Says why clients get processes of their own, and how many there are.</summary>
    public void ReportIsolation(string? reason, int processes)
    {
        _facts = _facts with { IsolationReason = reason, SessionProcesses = processes };
        _observer.FactsChanged(_facts);
    }

    /// <summary>Any word of the server counts as a sign of life: a busy one may answer a ping late.</summary>
    public async Task ProbeAsync(CancellationToken cancellationToken)
    {
        var asked = _host.Time.GetTimestamp();
        try
        {
            await Connection.RequestAsync("ping", default, Timeout.InfiniteTimeSpan, cancellationToken).ConfigureAwait(false);
        }
        catch (UpstreamErrorException error) when (error.Code != Wire.JsonRpcErrorCode.ServerUnavailable)
        {
            // An error is an answer.
        }
        catch (OperationCanceledException) when (Connection.LastReceived > asked)
        {
            // It spoke, though not of this.
        }
    }

    public async Task StopAsync(CancellationToken force)
    {
        await _upstream.StopAsync(force).ConfigureAwait(false);
        await DisposeAsync().ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        _traffic.Complete();
        await _lifetime.CancelAsync().ConfigureAwait(false);
        await _relisting.ConfigureAwait(false);
        await _upstream.DisposeAsync().ConfigureAwait(false);
    }

    private static async Task<ServerCatalog> ReadCatalogAsync(ServerConfig config, Upstream upstream, CancellationToken cancellationToken)
    {
        try
        {
            return await CatalogReader.ReadAllAsync(upstream.Connection, config.Tools, Timeout.InfiniteTimeSpan, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is UpstreamErrorException or JsonException or LinkClosedException)
        {
            throw new ServerLaunchException($"Server '{config.Id}' shook hands, but its lists could not be read: {failure.Message}", innerException: failure);
        }
    }

    private async Task RelistAsync()
    {
        try
        {
            while (await _traffic.ChangedLists.WaitToReadAsync(_lifetime.Token).ConfigureAwait(false))
            {
                var kinds = new HashSet<CatalogKind>();
                while (_traffic.ChangedLists.TryRead(out var kind))
                    kinds.Add(kind);
                await RelistAsync(kinds).ConfigureAwait(false);
                await Task.Delay(RelistingPause, _host.Time, _lifetime.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (_lifetime.IsCancellationRequested)
        {
            // The run is over.
        }
    }

    private async Task RelistAsync(HashSet<CatalogKind> kinds)
    {
        var (before, after) = (_catalog, _catalog);
        try
        {
            foreach (var kind in kinds)
                after = after.With(kind, await CatalogReader.ReadAsync(Connection, kind, _config.Tools, ListTimeout, _lifetime.Token).ConfigureAwait(false));
        }
        catch (Exception failure) when (failure is UpstreamErrorException or JsonException or LinkClosedException)
        {
            _host.Logger.RelistingFailed(_config.Id, failure.Message); // what was known stays: better old than none
            return;
        }

        if (!before.Differences(after).Any())
            return;
        Volatile.Write(ref _catalog, after);
        PublishCounts();
        _listener.OnCatalogChanged(_config.Id);
    }

    private void PublishCounts()
    {
        _facts = _facts with
        {
            ToolCount = _catalog[CatalogKind.Tools].Count,
            PromptCount = _catalog[CatalogKind.Prompts].Count,
            ResourceCount = _catalog[CatalogKind.Resources].Count,
        };
        _observer.FactsChanged(_facts);
    }
}
