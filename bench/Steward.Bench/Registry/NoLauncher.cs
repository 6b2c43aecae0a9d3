using Steward.Configuration;
using Steward.Supervision;

namespace Steward.Bench.Registry;

/// <summary>Starts nothing: the servers of this measurement are disabled.</summary>
internal sealed class NoLauncher : IServerLauncher
{
    public Task<IServerRun> LaunchAsync(ServerConfig config, IRunObserver observer, CancellationToken force, CancellationToken cancellationToken) =>
        throw new ServerLaunchException("Nothing is started here.", isPermanent: true);
}
