using Microsoft.Extensions.Logging;
using Steward.Configuration;

namespace Steward.Supervision;

/// <summary>What every supervisor needs, the same for all.</summary>
/// <param name="Launcher">Starts servers.</param>
/// <param name="Board">Where statuses are published.</param>
/// <param name="Starts">Bounds how many servers are being started at one time.</param>
/// <param name="Time">The clock.</param>
/// <param name="Random">The dice for jitter.</param>
/// <param name="Logger">The log.</param>
internal sealed record SupervisionTools(IServerLauncher Launcher, StatusBoard Board, SemaphoreSlim Starts, TimeProvider Time, Random Random, ILogger Logger)
{
    /// <summary>Whether servers are probed, and started again when they fail.</summary>
    public Monitoring Monitoring { get; init; } = new();

    /// <summary>
    /// Whether it is about one of several processes of a server. When to probe them, how their calls go, and when nobody uses them is then for the
    /// supervisor of the server itself to say.
    /// </summary>
    public bool IsPart { get; init; }

    /// <summary>Called with a run that is about to take the place of another, to be set up as its clients want it. Never faults.</summary>
    public Func<ManagedServer, IServerRun, Task> Preparing { get; init; } = static (_, _) => Task.CompletedTask;

    /// <summary>What is known of a server that does not run, so that it need not be started to be listed; <see langword="null"/> where nothing is.</summary>
    public Func<ServerConfig, RunFacts?> Remembered { get; set; } = static _ => null;

    /// <summary>Called when a server has another definition, before its status says so.</summary>
    public Action Redefined { get; init; } = static () => { };
}
