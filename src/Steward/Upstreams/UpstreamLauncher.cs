using Steward.Configuration;
using Steward.Supervision;

namespace Steward.Upstreams;

/// <summary>Starts real servers.</summary>
internal sealed class UpstreamLauncher(UpstreamHost host, ISharedTraffic traffic) : IServerLauncher
{
    public async Task<IServerRun> LaunchAsync(ServerConfig config, IRunObserver observer, CancellationToken force, CancellationToken cancellationToken) =>
        await UpstreamRun.LaunchAsync(config, traffic, observer, host, force, cancellationToken).ConfigureAwait(false);
}
