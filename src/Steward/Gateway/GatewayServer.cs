using Steward.Catalog;
using Steward.Configuration;
using Steward.Supervision;
using Steward.Upstreams;

namespace Steward.Gateway;

/// <summary>A managed server as the gateway sees it: how to reach it now, and what is to be remembered between its runs.</summary>
internal sealed class GatewayServer(ManagedServer managed)
{
    private IsolationNeed? _need;
    private int _ownProcesses;

    public string Id => Config.Id;

    public ServerConfig Config => managed.Config;

    public ServerStatus Status => managed.Status;

    /// <summary>The run that clients share, while the server is running.</summary>
    public UpstreamRun? Run => managed.Current as UpstreamRun;

    /// <summary>What clients see of the server: the last that was read, also while it is being restarted.</summary>
    public ServerCatalog Catalog { get; set; } = ServerCatalog.Empty;

    public SubscriptionTable Subscriptions { get; } = new();

    /// <summary>Whether a session gets a process of its own.</summary>
    public bool NeedsOwnProcess(Session session) => Config.Isolation switch
    {
        ServerIsolation.Session => true,
        ServerIsolation.Shared => false,
        _ => Volatile.Read(ref _need) is { } need && session.OpenedAt > need.ShownAt && need.Concerns(session.Opening.Capabilities),
    };

    /// <summary>Notes what the server has shown. The first finding stays; the status tells it.</summary>
    public void ShowNeed(IsolationNeed need)
    {
        if (Config.Isolation != ServerIsolation.Session && Interlocked.CompareExchange(ref _need, need, null) is null)
            ReportIsolation();
    }

    public void CountOwnProcess(int change)
    {
        Interlocked.Add(ref _ownProcesses, change);
        ReportIsolation();
    }

    /// <summary>Puts what the gateway knows into the server's status.</summary>
    public void ReportIsolation()
    {
        var reason = Config.Isolation switch
        {
            ServerIsolation.Session => "configured",
            ServerIsolation.Shared when _need is { } need => $"needs isolation: session ({need.Reason})",
            _ => _need?.Reason,
        };
        Run?.ReportIsolation(reason, Volatile.Read(ref _ownProcesses));
    }
}
