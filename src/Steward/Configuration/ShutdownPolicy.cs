namespace Steward.Configuration;

/// <summary>How a server is stopped: calls drain, then end of input, then SIGTERM, then SIGKILL, each step with a bound.</summary>
public sealed record ShutdownPolicy
{
    /// <summary>How long calls in flight may still finish.</summary>
    /// <value>Default: 2 seconds (<c>drainMs</c>).</value>
    public TimeSpan Drain { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How long the process may take after end of input, and again after SIGTERM.</summary>
    /// <value>Default: 5 seconds (<c>graceMs</c>), for both steps together.</value>
    public TimeSpan Grace { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long <see cref="ServerConfig.StopCommand"/> may take. It does not count as grace.</summary>
    /// <value>Default: 15 seconds (<c>commandMs</c>): <c>docker stop</c> gives a container 10 of its own.</value>
    public TimeSpan Command { get; init; } = TimeSpan.FromSeconds(15);
}
