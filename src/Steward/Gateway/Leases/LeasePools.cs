using System.Collections.Concurrent;
using Steward.Configuration;
using Steward.Gateway.Parking;
using Steward.Upstreams;

namespace Steward.Gateway.Leases;

/// <summary>The pools of all servers.</summary>
internal sealed class LeasePools(GatewayLimits limits, ParkedCalls parked, UpstreamHost host)
{
    private readonly ConcurrentDictionary<GatewayServer, LeasePool> _pools = new();

    public LeasePool Of(GatewayServer server) => _pools.GetOrAdd(server, key => new LeasePool(key, limits.LeasedProcesses, parked, host));

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
