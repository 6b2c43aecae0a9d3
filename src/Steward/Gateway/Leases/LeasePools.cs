using System.Collections.Concurrent;
using Steward.Configuration;
using Steward.Gateway.Parking;
using Steward.Gateway.Tasks;
using Steward.Upstreams;

namespace Steward.Gateway.Leases;

/// <summary>The pools of all servers.</summary>
internal sealed class LeasePools(GatewayLimits limits, SessionTable sessions, ParkedCalls parked, TaskKeepers keepers, UpstreamHost host)
{
    private readonly ConcurrentDictionary<GatewayServer, LeasePool> _pools = new();

    public LeasePool Of(GatewayServer server) => _pools.GetOrAdd(server, key => new LeasePool(key, limits.LeasedProcesses, () => new LeaseTraffic(parked, keepers), host));

    /// <summary>
    /// Whether a client that may be asked something can take the process that all share, as long as it is alone there: what it does
    /// should meet what it did before. A session that is at it could call in the next moment.
    /// </summary>
    public bool MaySharedBeTaken(GatewayServer server) =>
        server.Config.Isolation != ServerIsolation.Session && !sessions.All.Any(session => session.IsWaiting && session.Uses(server) && !server.NeedsOwnProcess(session));

    /// <summary>Ends the processes of one server; where it may still be used, the next call has another started. Never faults.</summary>
    public Task ReleaseAsync(GatewayServer server) =>
        _pools.TryRemove(server, out var pool) ? pool.RetireAsync() : Task.CompletedTask;

    /// <summary>Ends what nobody has used for a while.</summary>
    public void Tend()
    {
        foreach (var pool in _pools.Values)
            pool.Tend();
    }

    /// <summary>Ends all processes. Never faults.</summary>
    /// <param name="force">When it fires, what is left of their grace is skipped.</param>
    public Task StopAsync(CancellationToken force) => Task.WhenAll(_pools.Values.Select(pool => pool.StopAsync(force)));
}
