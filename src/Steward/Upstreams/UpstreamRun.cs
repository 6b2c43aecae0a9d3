using Steward.Catalog;
using Steward.Configuration;
using Steward.Supervision;

namespace Steward.Upstreams;

/// <summary>A run of a managed server: the upstream that all clients share, and what it offers.</summary>
internal sealed class UpstreamRun : IUpstreamRun
{
    private readonly UpstreamRun[] _all;
    private readonly RunCatalog _catalog;
    private readonly ISharedTraffic _listener;
    private readonly IRunObserver _observer;
    private readonly RunTools _tools;
    private readonly ServerProbe _probe;
    private readonly Lock _gate = new(); // around the facts and their being told, which waits for nobody: the last told are the last
    private RunFacts _facts;

    private UpstreamRun(Upstream upstream, RunCatalog catalog, RunTools tools, ISharedTraffic listener, IRunObserver observer, TimeProvider time)
    {
        (Upstream, _catalog, _tools, _listener, _observer) = (upstream, catalog, tools, listener, observer);
        (_all, Calls, _probe) = ([this], Connection.Calls!, new ServerProbe(Connection, time));
        _facts = new RunFacts { Transport = Connection.Transport, Revision = Connection.Server.Revision, ServerName = Connection.Server.ServerName };
        PublishFacts();
        upstream.OnListsRead(catalog.Reread);
        catalog.Follow(OnCatalogChanged);
    }

    public Upstream Upstream { get; }

    public UpstreamConnection Connection => Upstream.Connection;

    /// <summary>What the server offers now, after the filter.</summary>
    public ServerCatalog Catalog => _catalog.Current;

    /// <summary>Whether tools are missing that the server had before.</summary>
    public bool IsShort => _tools.Missing is not null;

    public IReadOnlyList<UpstreamRun> All => _all;

    public UpstreamRun Lead => this;

    public UpstreamRun LeastBusy => this;

    /// <summary>How its calls went: those of the server, unless somebody who judges several runs together gives it a window of its own.</summary>
    public CallWindow Calls { get; set; }

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
            var tools = await RunTools.CompareAsync(config, catalog, upstream.Connection, traffic, host, cancellationToken).ConfigureAwait(false);
            return new UpstreamRun(upstream, catalog, tools, listener, observer, host.Time);
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
        lock (_gate)
            _observer.FactsChanged(_facts = _facts with { IsolationReason = reason, SessionProcesses = processes });
    }

    public void Redefine(ServerConfig config)
    {
        Upstream.Redefine(config);
        _tools.Redefine(config);
        if (_catalog.Redefine(config))
            OnCatalogChanged();
    }

    public async Task ProbeAsync(CancellationToken cancellationToken)
    {
        await _probe.AskAsync(cancellationToken).ConfigureAwait(false);
        if (_tools.TryForget())
            PublishFacts();
    }

    public Task<string?> TryCallAsync(HealthCall call, CancellationToken cancellationToken) => _probe.CallAsync(call, _catalog.Whole, cancellationToken);

    public ConnectionStatistics Measure(DateTimeOffset? connectedAt) => Connection.Measure(connectedAt);

    public bool IsThere(UpstreamConnection? gone) => Connection != gone;

    public string? DifferenceFrom(IServerRun other) => other is IUpstreamRun { Lead: { } run } ? CatalogDifference.Describe(run.Catalog, Catalog) : null;

    public async Task RetireAsync(CancellationToken force)
    {
        await _catalog.DisposeAsync().ConfigureAwait(false); // its lists are nobody's any more
        await Upstream.RetireAsync(force).ConfigureAwait(false);
        await DisposeAsync().ConfigureAwait(false);
    }

    public TimeSpan? UnusedFor => _listener.IsNeeded(Connection) ? null : Connection.UnusedFor;

    public bool TryRest()
    {
        if (_listener.IsNeeded(Connection) || !Connection.TryRest($"Server '{Connection.ServerId}' rests: nobody used it."))
            return false;
        _listener.OnResting(Connection);
        return true;
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
        _tools.Review();
        PublishFacts();
        _listener.OnCatalogChanged(Connection.ServerId);
    }

    private void PublishFacts()
    {
        lock (_gate)
        {
            _facts = _facts with
            {
                ToolCount = Catalog[CatalogKind.Tools].Count,
                PromptCount = Catalog[CatalogKind.Prompts].Count,
                ResourceCount = Catalog[CatalogKind.Resources].Count,
                Missing = _tools.Missing,
            };
            _observer.FactsChanged(_facts);
        }
    }
}
