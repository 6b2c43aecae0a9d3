using Microsoft.Extensions.Logging;
using Steward.Configuration;
using Steward.Supervision;

namespace Steward.Upstreams.Instances;

/// <summary>Starts servers, those of which several are to run side by side as an <see cref="InstanceSet"/>.</summary>
/// <param name="single">Starts one process of a server.</param>
/// <param name="time">The clock.</param>
/// <param name="random">The dice for jitter.</param>
/// <param name="monitoring">Whether servers are probed, and started again when they fail.</param>
/// <param name="logger">The log.</param>
internal sealed class InstanceLauncher(IServerLauncher single, TimeProvider time, Random random, Monitoring monitoring, ILogger logger) : IServerLauncher
{
    // Those of one server have the turn of that server together: a laptop is to stay usable while many of them start.
    private const int MostStarts = 4;

    public async Task<IServerRun> LaunchAsync(ServerConfig config, IRunObserver observer, CancellationToken force, CancellationToken cancellationToken)
    {
        if (config.Instances == 1)
            return await single.LaunchAsync(config, observer, force, cancellationToken).ConfigureAwait(false);
        var starts = new SemaphoreSlim(MostStarts);
        var instances = Enumerable.Range(1, config.Instances).Select(number =>
        {
            var tools = new SupervisionTools(new UnjudgedLauncher(single, time), new StatusBoard(), starts, time, random, new InstanceLogger(logger, number)) { Monitoring = monitoring, IsPart = true };
            return new Instance(number, config, tools);
        });
        var set = new InstanceSet(config.Id, [.. instances], observer, time);
        await set.StartAsync(force, cancellationToken).ConfigureAwait(false);
        return set;
    }

    /// <summary>How calls go is judged for all instances together: what is counted for the server is not to begin anew with each of them.</summary>
    private sealed class UnjudgedLauncher(IServerLauncher single, TimeProvider time) : IServerLauncher
    {
        public async Task<IServerRun> LaunchAsync(ServerConfig config, IRunObserver observer, CancellationToken force, CancellationToken cancellationToken)
        {
            var run = await single.LaunchAsync(config, observer, force, cancellationToken).ConfigureAwait(false);
            (run as UpstreamRun)?.Calls = new CallWindow(time);
            return run;
        }
    }
}
