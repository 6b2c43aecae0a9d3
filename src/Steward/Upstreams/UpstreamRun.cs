using Steward.Catalog;
using Steward.Configuration;
using Steward.Supervision;
using Steward.Wire;

namespace Steward.Upstreams;

/// <summary>A run of a managed server: the upstream that all clients share, and what it offers.</summary>
internal sealed class UpstreamRun : IServerRun
{
    private readonly RunCatalog _catalog;
    private readonly ISharedTraffic _listener;
    private readonly IRunObserver _observer;
    private readonly TimeProvider _time;
    private RunFacts _facts;

    private UpstreamRun(Upstream upstream, RunCatalog catalog, ISharedTraffic listener, IRunObserver observer, TimeProvider time)
    {
        (Upstream, _catalog, _listener, _observer, _time) = (upstream, catalog, listener, observer, time);
        _facts = new RunFacts { Transport = Connection.Transport, Revision = Connection.Server.Revision, ServerName = Connection.Server.ServerName };
        PublishCounts();
        upstream.OnListsRead(catalog.Reread);
        catalog.Follow(OnCatalogChanged);
    }

    public Upstream Upstream { get; }

    public UpstreamConnection Connection => Upstream.Connection;

    /// <summary>What the server offers now, after the filter.</summary>
    public ServerCatalog Catalog => _catalog.Current;

    public Task<RunEnd> Ended => Upstream.Ended;

    public Task<string> Lost => Upstream.Lost;

    /// <summary>Starts a server and makes it ready.</summary>
    /// <exception cref="ServerLaunchException">That failed; nothing is left of it.</exception>
    public static async Task<UpstreamRun> LaunchAsync(ServerConfig config, ISharedTraffic listener, IRunObserver observer, UpstreamHost host, CancellationToken force, CancellationToken cancellationToken)
    {
        var traffic = new RunTraffic(listener, host.Notifications);
        var upstream = await Upstream.OpenAsync(config, host.Introduction, traffic, observer.ProcessStarted, host, (cancellationToken, force)).ConfigureAwait(false);
        try
        {
            var catalog = await RunCatalog.ReadAsync(config, upstream.Connection, traffic, host, cancellationToken).ConfigureAwait(false);
            return new UpstreamRun(upstream, catalog, listener, observer, host.Time);
        }
        catch
        {
            await upstream.AbandonAsync(force).ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Somebody uses one of the lists; see <see cref="RunCatalog.OnUsed"/>.</summary>
    public void OnListUsed(CatalogKind kind) => _catalog.OnUsed(kind);

    /// <summary>Says why clients get processes of their own, and how many there are.</summary>
    public void ReportIsolation(string? reason, int processes)
    {
        _facts = _facts with { IsolationReason = reason, SessionProcesses = processes };
        _observer.FactsChanged(_facts);
    }

    public void Redefine(ServerConfig config)
    {
        Upstream.Redefine(config);
        if (_catalog.Redefine(config))
            OnCatalogChanged();
    }

    /// <summary>Any word of the server counts as a sign of life: a busy one may answer late.</summary>
    public async Task ProbeAsync(CancellationToken cancellationToken)
    {
        var asked = _time.GetTimestamp();
        var question = Connection.Server.Era == ProtocolEra.Modern ? "server/discover" : "ping";
        try
        {
            await Connection.RequestAsync(question, default, Timeout.InfiniteTimeSpan, cancellationToken).ConfigureAwait(false);
        }
        catch (UpstreamErrorException error) when (error.Code != JsonRpcErrorCode.ServerUnavailable)
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
        await Upstream.StopAsync(force).ConfigureAwait(false);
        await DisposeAsync().ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        await _catalog.DisposeAsync().ConfigureAwait(false);
        await Upstream.DisposeAsync().ConfigureAwait(false);
    }

    private void OnCatalogChanged()
    {
        PublishCounts();
        _listener.OnCatalogChanged(Connection.ServerId);
    }

    private void PublishCounts()
    {
        _facts = _facts with
        {
            ToolCount = Catalog[CatalogKind.Tools].Count,
            PromptCount = Catalog[CatalogKind.Prompts].Count,
            ResourceCount = Catalog[CatalogKind.Resources].Count,
        };
        _observer.FactsChanged(_facts);
    }
}
