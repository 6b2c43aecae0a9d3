using Microsoft.Extensions.Logging;
using Steward.Configuration;
using Steward.Gateway.Parking;
using Steward.Gateway.Tasks;
using Steward.Upstreams;

namespace Steward.Gateway;

/// <summary>
/// What the gateway and the launcher of its servers have in common: servers speak of their own accord from their first
/// moment on, so where that goes must stand before the first is started.
/// </summary>
internal sealed class GatewayParts
{
    /// <summary>A client that says nothing for so long, and waits for nothing, is gone.</summary>
    public static readonly TimeSpan SessionIdleTimeout = TimeSpan.FromMinutes(30);

    public GatewayParts(GatewayLimits limits, TimeProvider clock, ILoggerFactory loggers)
    {
        (Limits, Logger) = (limits, loggers.CreateLogger("Steward.Gateway"));
        Sessions = new SessionTable(limits.Sessions, SessionIdleTimeout, clock);
        Listeners = new ListenerTable(Sessions);
        ModernClients = new ModernClients(clock);
        ParkedCalls = new ParkedCalls(limits, Servers, clock, Logger);
        Traffic = new SharedTraffic(Servers, Sessions, ParkedCalls, TaskKeepers, clock, Logger);
    }

    /// <summary>What a server was when it last ran by that definition, before this process; <see langword="null"/> where that is not known.</summary>
    public Func<ServerConfig, Recollection?> Recall { get; init; } = static _ => null;

    /// <summary>How much clients may take. It need not be what the configuration says: that is for clients on the network.</summary>
    public GatewayLimits Limits { get; }

    public ILogger Logger { get; }

    public ServerDirectory Servers { get; } = new();

    public SessionTable Sessions { get; }

    /// <summary>The clients of the modern era.</summary>
    public ModernClients ModernClients { get; }

    /// <summary>The calls that wait for what a server asked of their client.</summary>
    public ParkedCalls ParkedCalls { get; }

    /// <summary>Who keeps which task of a legacy server for a client that does not have it as its server has.</summary>
    public TaskKeepers TaskKeepers { get; } = new();

    public ListenerTable Listeners { get; }

    public SharedTraffic Traffic { get; }

    /// <summary>Starts servers whose words come here.</summary>
    public UpstreamLauncher CreateLauncher(UpstreamHost host) => new(host, Traffic);
}
