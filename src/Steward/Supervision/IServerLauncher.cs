using Steward.Configuration;

namespace Steward.Supervision;

/// <summary>Starts servers: the edge between supervision, which decides, and processes and connections, which do.</summary>
internal interface IServerLauncher
{
    /// <summary>
    /// Starts one run of a server and returns when it is ready: process up, handshake done, lists read. The caller bounds
    /// it by <see cref="ServerConfig.StartupTimeout"/> through the token. When it throws, nothing of the run is left.
    /// </summary>
    /// <param name="config">The server.</param>
    /// <param name="observer">Hears of the run's facts.</param>
    /// <param name="force">When it fires, the end of a run that failed or was given up gets no more grace.</param>
    /// <param name="cancellationToken">Gives the launch up.</param>
    /// <exception cref="ServerLaunchException">The run failed; says why, and whether trying again can help.</exception>
    Task<IServerRun> LaunchAsync(ServerConfig config, IRunObserver observer, CancellationToken force, CancellationToken cancellationToken);
}

/// <summary>One run of a server, from ready to gone.</summary>
internal interface IServerRun : IAsyncDisposable
{
    /// <summary>Completes when the run has ended, by itself or by <see cref="StopAsync"/>. Never faults.</summary>
    Task<RunEnd> Ended { get; }

    /// <summary>
    /// Completes, with the reason in words, when the server can answer no more although its process lives on: it closed its
    /// output. Never faults; may never complete.
    /// </summary>
    Task<string> Lost { get; }

    /// <summary>Asks the server for a sign of life; throws when none comes. Never queues behind calls.</summary>
    Task ProbeAsync(CancellationToken cancellationToken);

    /// <summary>
    /// The server is defined anew, in nothing that would need another run: what lists are filtered by, how a stop goes. Returns at once.
    /// </summary>
    void Redefine(ServerConfig config);

    /// <summary>Ends the run gracefully within the bounds of <see cref="ShutdownPolicy"/>: drain, end of input, SIGTERM, SIGKILL.</summary>
    /// <param name="force">When it fires, the remaining grace is skipped and the process group is killed at once.</param>
    Task StopAsync(CancellationToken force);
}

/// <summary>Hears of a run's facts as they become known. Calls are cheap and may come from any thread.</summary>
internal interface IRunObserver
{
    void ProcessStarted(int pid);

    void FactsChanged(RunFacts facts);
}

/// <summary>What is known of a connected server.</summary>
internal sealed record RunFacts
{
    public ServerTransport? Transport { get; init; }
    public string? Revision { get; init; }
    public string? ServerName { get; init; }
    public int ToolCount { get; init; }
    public int PromptCount { get; init; }
    public int ResourceCount { get; init; }
    public string? IsolationReason { get; init; }
    public int SessionProcesses { get; init; }
}
