namespace Steward.Server.Daemon;

/// <summary>A daemon cannot start because another one uses its data directory.</summary>
public sealed class DaemonRunningException : Exception
{
    internal DaemonRunningException(DataDirectory data, DaemonFacts? running, Exception innerException)
        : base(Describe(data, running), innerException) => Running = running;

    /// <summary>The other daemon, once it listens.</summary>
    public DaemonFacts? Running { get; }

    private static string Describe(DataDirectory data, DaemonFacts? running) => running is null
        ? $"Another daemon is just starting with the data directory {data}. Wait for it, or choose another directory with --data."
        : $"A daemon is already running with the data directory {data}: process {running.Pid}, {running.Url}. " +
          "Stop it with 'steward down', or choose another directory with --data.";
}
