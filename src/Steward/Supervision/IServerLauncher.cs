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

    /// <summary>Whether it is several processes, and a probe asks each within its own time and notes how long it took.</summary>
    bool ProbesParts => false;

    /// <summary>
    /// Completes when all of its processes have come up or failed once; throws where it has fewer than it is to have. A run is ready, and serves, before that.
    /// </summary>
    /// <exception cref="ServerLaunchException">Some have failed; says why.</exception>
    Task WholeAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Asks the server for a sign of life; throws when none comes. Never queues behind calls.</summary>
    Task ProbeAsync(CancellationToken cancellationToken);

    /// <summary>Has the server do what a probe is to have it do; throws when it fails. Never queues behind calls, and counts as nobody's.</summary>
    /// <returns>Why the call cannot be made as it is defined, which is not the server's fault; <see langword="null"/> where all is well.</returns>
    Task<string?> TryCallAsync(HealthCall call, CancellationToken cancellationToken);

    /// <summary>How calls of the server went lately.</summary>
    CallWindow Calls { get; }

    /// <summary>For how long nobody has used it; <see langword="null"/> while somebody does, or where that is not known.</summary>
    TimeSpan? UnusedFor => null;

    /// <summary>Takes no calls from now on, unless somebody uses it: whoever calls then is told that nothing was sent. Returns at once.</summary>
    /// <returns>Whether nobody does.</returns>
    bool TryRest() => true;

    /// <summary>Somebody starts the server although it runs: what of it has been given up is tried again. Returns at once.</summary>
    void Revive()
    {
    }

    /// <summary>Servers are probed, and started again when they fail, from now on, or are not any more. Returns at once.</summary>
    void Watch(bool isOn)
    {
    }

    /// <summary>
    /// The server is defined anew, in nothing that would need another run: what lists are filtered by, how a stop goes. Returns at once.
    /// </summary>
    void Redefine(ServerConfig config);

    /// <summary>What it offers otherwise than another run of the server, in words; <see langword="null"/> where it offers the same.</summary>
    string? DifferenceFrom(IServerRun other);

    /// <summary>
    /// Another run has taken its place: what comes from now on is for that one. Ends as <see cref="StopAsync"/> does, once the calls in
    /// flight are answered or <see cref="ShutdownPolicy.Drain"/> is over.
    /// </summary>
    /// <param name="force">As for <see cref="StopAsync"/>.</param>
    Task RetireAsync(CancellationToken force);

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

    /// <summary>The processes, where several run side by side.</summary>
    public IReadOnlyList<InstanceStatus>? Instances { get; init; }

    /// <summary>What is missing of what the server offered before, or of the processes that it is to have, in words.</summary>
    public string? Missing { get; init; }
}
