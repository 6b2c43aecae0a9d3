using Steward.Configuration;
using Steward.Supervision;

namespace Steward.Upstreams;

/// <summary>Starts real servers.</summary>
internal sealed class UpstreamLauncher(UpstreamHost host, ISharedTraffic traffic) : IServerLauncher
{
    public async Task<IServerRun> LaunchAsync(ServerConfig config, IRunObserver observer, CancellationToken force, CancellationToken cancellationToken)
    {
        try
        {
            return await UpstreamRun.LaunchAsync(config, traffic, observer, host, force, cancellationToken).ConfigureAwait(false);
        }
        catch (ServerLaunchException failure) when (host.Authorization.FindNeed(config.Id) is { } need)
        {
            throw new ServerLaunchException(need, isPermanent: true, innerException: failure); // it waits for a person: to try again helps nobody
        }
    }
}
