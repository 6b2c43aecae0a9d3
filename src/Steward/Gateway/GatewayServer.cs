using Steward.Catalog;
using Steward.Configuration;
using Steward.Gateway.Parking;
using Steward.Gateway.Tasks;
using Steward.Supervision;
using Steward.Upstreams;
using Steward.Wire;

namespace Steward.Gateway;

/// <summary>A managed server as the gateway sees it: how to reach it now, and what is to be remembered between its runs.</summary>
internal sealed class GatewayServer(ManagedServer managed)
{
    private IsolationNeed[] _needs = [];
    private int _ownProcesses;
    private ServerCatalog _offered = ServerCatalog.Empty;
    private ServerEndpoint? _endpoint;

    public string Id => managed.Id;

    public ManagedServer Managed => managed;

    /// <summary>Whether nothing of it may be used: it is being removed, or is disabled.</summary>
    public bool IsClosed => managed.IsClosed;

    public ServerConfig Config => managed.Meant;

    public ServerStatus Status => managed.Status;

    /// <summary>The run that clients share, while the server is running.</summary>
    public UpstreamRun? Run => managed.Current as UpstreamRun;

    /// <summary>What clients were told that it offers. <see cref="CatalogBoard"/> alone moves it on to what it <see cref="Offered"/> by then.</summary>
    public ServerCatalog Announced { get; set; } = ServerCatalog.Empty;

    /// <summary>What it offers at this moment. While it is being restarted that is what it offered before: it will be back.</summary>
    public ServerCatalog Offered
    {
        get
        {
            var last = Volatile.Read(ref _offered);
            // A run is taken back a moment before the status says so: until then the server counts as running.
            var offered = Run?.Catalog ?? (Status.State is ServerState.Starting or ServerState.Running or ServerState.Restarting ? last : ServerCatalog.Empty);
            if (offered != last)
                Volatile.Write(ref _offered, offered); // not only what was merged by then: whoever has seen it keeps seeing it
            return offered;
        }
    }

    /// <summary>The server alone as an endpoint; the first who asks makes it.</summary>
    public ServerEndpoint EndpointBy(Func<GatewayServer, ServerEndpoint> make) =>
        Volatile.Read(ref _endpoint) ?? Interlocked.CompareExchange(ref _endpoint, make(this), null) ?? _endpoint!;

    public SubscriptionTable Subscriptions { get; } = new();

    /// <summary>Whether it makes tasks as an era has them, as far as is known now.</summary>
    public bool HasTasks(ProtocolEra era) => Run?.Connection.Server is { HasTasks: true } server && server.Era == era;

    /// <summary>Whether clients of an era can have it make tasks, as far as is known now.</summary>
    public bool OffersTasks(ProtocolEra era) => HasTasks(era) || (era == ProtocolEra.Modern && Run?.Connection.Server.HasToolTasks == true);

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
    private bool AsksByRequests => Run?.Connection.Server.Era is not ProtocolEra.Modern;

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
