using Microsoft.Extensions.Logging;

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
    public Monitoring Monitoring { get; } = new();

    /// <summary>Called when a server has another definition, before its status says so.</summary>
    public Action Redefined { get; init; } = static () => { };
}
