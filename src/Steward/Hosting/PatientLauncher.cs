using Steward.Configuration;
using Steward.Supervision;

namespace Steward.Hosting;

/// <summary>Starts nothing before what an earlier process has left behind was ended.</summary>
/// <param name="launcher">Starts servers.</param>
/// <param name="before">What comes first; that it failed keeps nobody from starting.</param>
internal sealed class PatientLauncher(IServerLauncher launcher, Task before) : IServerLauncher
{
    public async Task<IServerRun> LaunchAsync(ServerConfig config, IRunObserver observer, CancellationToken force, CancellationToken cancellationToken)
    {
        await before.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancellationToken.ThrowIfCancellationRequested();
        return await launcher.LaunchAsync(config, observer, force, cancellationToken).ConfigureAwait(false);
    }
}
