using Steward.Catalog;
using Steward.Configuration;
using Steward.Gateway.Parking;
using Steward.Gateway.Tasks;
using Steward.Gateway.Waiting;
using Steward.Supervision;
using Steward.Upstreams;
using Steward.Wire;

namespace Steward.Gateway;

/// <summary>A managed server as the gateway sees it: how to reach it now, and what is to be remembered between its runs.</summary>
internal sealed class GatewayServer(ManagedServer managed, Func<ServerConfig, Recollection?> recall)
{
    private IsolationNeed[] _needs = [];
    private int _ownProcesses;
    private ServerCatalog _offered = ServerCatalog.Empty;
    private HandshakeResult? _said;
    private ServerEndpoint? _endpoint;

    public string Id => managed.Id;

    public ManagedServer Managed => managed;

    /// <summary>Whether nothing of it may be used: it is being removed, or is disabled.</summary>
    public bool IsClosed => managed.IsClosed;

    public ServerConfig Config => managed.Meant;

    public ServerStatus Status => managed.Status;

    /// <summary>The run that clients share, while the server is running; of several the one that speaks for all.</summary>
    public UpstreamRun? Run => managed.Run;

    /// <summary>All runs that clients share.</summary>
    public IReadOnlyList<UpstreamRun> Runs => managed.Runs;

    /// <inheritdoc cref="ManagedServerRuns.RunFor"/>
    public UpstreamRun? RunFor(McpMethod method) => managed.RunFor(method == McpMethod.ToolsCall || TaskRouter.Is(method));

    /// <summary>Whether clients share a connection.</summary>
    public bool Shares(UpstreamConnection connection) => Runs.Any(run => run.Connection == connection);

    /// <summary>The calls that wait for it to be back.</summary>
    public WaitingLine Line { get; } = new(managed);

    /// <inheritdoc cref="ManagedServer.Patience"/>
    public TimeSpan Patience => managed.Patience;

    /// <summary>Takes note of what it offers at this moment.</summary>
    public void Remember() => _ = Offered;

    /// <summary>What is known of it though it does not run; <see langword="null"/> where nothing is.</summary>
    public RunFacts? Remembered
    {
        get
        {
            var known = Volatile.Read(ref _offered) is var offered && offered != ServerCatalog.Empty ? new Recollection(offered, Volatile.Read(ref _said)) : recall(managed.Config);
            return known is null ? null : new RunFacts
            {
                Revision = known.Said?.Revision,
                ServerName = known.Said?.ServerName,
                ToolCount = known.Catalog[CatalogKind.Tools].Count,
                PromptCount = known.Catalog[CatalogKind.Prompts].Count,
                ResourceCount = known.Catalog[CatalogKind.Resources].Count,
            };
        }
    }

    /// <summary>Whether somebody wants to hear of its resources, or has a process of it to himself.</summary>
    public bool IsHeld => !Subscriptions.IsEmpty || Volatile.Read(ref _ownProcesses) > 0;

    /// <summary>What clients were told that it offers. <see cref="CatalogBoard"/> alone moves it on to what it <see cref="Offered"/> by then.</summary>
    public ServerCatalog Announced { get; set; } = ServerCatalog.Empty;

    /// <summary>What it offers at this moment. While it is being restarted that is what it offered before: it will be back.</summary>
    public ServerCatalog Offered
    {
        get
        {
            var last = Volatile.Read(ref _offered);
            var (offered, said) = Look(last);
            if (said is not null)
                Volatile.Write(ref _said, said);
            if (offered != last)
                Volatile.Write(ref _offered, offered); // not only what was merged by then: whoever has seen it keeps seeing it
            return offered;
        }
    }

    /// <summary>What it says of itself, or said when it last ran, as long as it will be back; <see langword="null"/> where that is not known.</summary>
    public HandshakeResult? Said => Run?.Connection.Server ?? (Offered != ServerCatalog.Empty ? Volatile.Read(ref _said) : null);

    /// <summary>The server alone as an endpoint; the first who asks makes it.</summary>
    public ServerEndpoint EndpointBy(Func<GatewayServer, ServerEndpoint> make) =>
        Volatile.Read(ref _endpoint) ?? Interlocked.CompareExchange(ref _endpoint, make(this), null) ?? _endpoint!;

    public SubscriptionTable Subscriptions { get; } = new();

    /// <summary>Whether it makes tasks as an era has them, as far as is known now.</summary>
    public bool HasTasks(ProtocolEra era) => Said is { HasTasks: true } server && server.Era == era;

    /// <summary>Whether clients of an era can have it make tasks, as far as is known now.</summary>
    public bool OffersTasks(ProtocolEra era) => HasTasks(era) || (era == ProtocolEra.Modern && Said?.HasToolTasks == true);

    /// <summary>The same, or whether nobody can say yet: it has not said what it is, and is about to.</summary>
    public bool MayOfferTasks(ProtocolEra era) => OffersTasks(era) || (Said is null && IsAbout(Status));

    /// <summary>Whose the tasks are that it made.</summary>
    public TaskBook Tasks { get; } = new();

    /// <summary>Whether a session gets a process of its own.</summary>
    public bool NeedsOwnProcess(GatewayClient client) => client is Session session && Config.Isolation switch
    {
        ServerIsolation.Session => true,
        ServerIsolation.Shared => false,
        // The program that embeds the servers has one client for each: it is the one that they started for.
        _ => AsksByRequests && session.Channel is not { IsWithinProcess: true } && Volatile.Read(ref _needs).Any(need => need.Era is not ProtocolEra.Modern && session.OpenedAt > need.ShownAt && need.Concerns(session.Capabilities)),
    };

    /// <summary>
    /// Whether a request of a modern client gets a process that nobody else uses meanwhile. Such a client begins anew with each
    /// request, so this holds from the next one on.
    /// </summary>
    public bool NeedsLease(ModernClient client, McpMethod method) => Config.Isolation switch
    {
        ServerIsolation.Session => true,
        ServerIsolation.Shared => false,
        _ => AsksByRequests && BridgedExchange.TakesInput(method)
            && Volatile.Read(ref _needs).Any(need => need.Era is not ProtocolEra.Legacy && need.Concerns(client.Capabilities)),
    };

    /// <summary>Whether a request of a modern client must look out for others that are asked meanwhile.</summary>
    public bool HasAskedDuring(McpMethod method) => Config.Isolation == ServerIsolation.Auto && Volatile.Read(ref _needs).Length > 0 && AsksByRequests && BridgedExchange.TakesInput(method);

    /// <summary>A server of the modern era asks by its results, which belong to their calls: whoever shares it cannot be mistaken for another.</summary>
    private bool AsksByRequests => Said?.Era is not ProtocolEra.Modern;

    /// <summary>Whether it runs, or will again without anybody's doing but a call.</summary>
    public bool WillRun => !IsClosed && IsAbout(Status);

    /// <summary>Whether it runs, or will again without anybody's doing.</summary>
    private static bool IsAbout(ServerStatus status) => status.State is ServerState.Starting or ServerState.Running or ServerState.Restarting || status.IsComingBack || status.StartsOnCall;

    private (ServerCatalog Offered, HandshakeResult? Said) Look(ServerCatalog last)
    {
        if (Run is { } run)
            return (run.Catalog, run.Connection.Server);
        var status = Status;
        // A run is taken back a moment before the status says so: until then the server counts as running.
        if (!IsAbout(status))
            return (ServerCatalog.Empty, null);
        return last == ServerCatalog.Empty && status.StartsOnCall && recall(managed.Config) is var (catalog, said) ? (catalog, said) : (last, null);
    }

    /// <summary>Notes what the server has shown. Of each kind the first finding stays; the status tells them.</summary>
    /// <returns>Whether it is news.</returns>
    public bool TryShowNeed(IsolationNeed need)
    {
        if (Config.Isolation == ServerIsolation.Session)
            return false;
        IsolationNeed[] known;
        do
        {
            known = Volatile.Read(ref _needs);
            if (known.Any(other => other.Method == need.Method && other.Era == need.Era))
                return false;
        }
        while (Interlocked.CompareExchange(ref _needs, [.. known, need], known) != known);

        ReportIsolation();
        return true;
    }

    public void CountOwnProcess(int change)
    {
        Interlocked.Add(ref _ownProcesses, change);
        ReportIsolation();
    }

    /// <summary>Puts what the gateway knows into the server's status.</summary>
    public void ReportIsolation()
    {
        // Whoever wants one process for all has accepted that a parked call keeps others from being asked.
        var needs = Volatile.Read(ref _needs).Where(need => Config.Isolation != ServerIsolation.Shared || need.Era is not ProtocolEra.Modern);
        var shown = string.Join("; ", needs.Select(need => need.Reason));
        var reason = Config.Isolation switch
        {
            ServerIsolation.Session => "configured",
            _ when shown.Length == 0 => null,
            ServerIsolation.Shared => $"needs isolation: session ({shown})",
            _ => shown,
        };
        Run?.ReportIsolation(reason, Volatile.Read(ref _ownProcesses));
    }
}
