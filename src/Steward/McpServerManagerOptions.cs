using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Steward.Clients;
using Steward.Configuration;
using Steward.Configuration.Sections;
using Steward.Hosting;
using Steward.Testing;

namespace Steward;

/// <summary>How a <see cref="McpServerManager"/> of a program's own behaves.</summary>
public sealed class McpServerManagerOptions
{
    internal const string DefaultName = "steward";

    private const int MaxHistory = 1_000_000;
    private const int MaxFailures = 1_000;

    /// <summary>What the manager is called in health reports.</summary>
    /// <value>Default: <c>steward</c>.</value>
    public string Name { get; set; } = DefaultName;

    /// <summary>
    /// A folder for what should outlast the program: log files of the servers, tokens of remote ones, and the notes by which children of a
    /// program that was killed are ended at its next start. One manager at a time may use it.
    /// </summary>
    /// <value>Default: <see langword="null"/>, which keeps everything in memory.</value>
    public string? DataDirectory { get; set; }

    /// <summary>Whether servers are probed, and started again when they fail; see <see cref="McpServerManager.StartMonitoring"/>.</summary>
    /// <value>Default: <see langword="true"/>.</value>
    public bool Monitor { get; set; } = true;

    /// <summary>The time between two probes of a server whose definition leaves it at its default (<see cref="HealthPolicy.Interval"/>).</summary>
    /// <value>Default: <see langword="null"/>, which means 30 seconds. A day at most; <see cref="Timeout.InfiniteTimeSpan"/> means no probes.</value>
    public TimeSpan? HealthCheckInterval { get; set; }

    /// <summary>How long a probe may stay without an answer, for a server whose definition leaves it at its default (<see cref="HealthPolicy.Timeout"/>).</summary>
    /// <value>Default: <see langword="null"/>, which means 5 seconds. A day at most.</value>
    public TimeSpan? HealthCheckTimeout { get; set; }

    /// <summary>After how many failed probes in a row a server is restarted whose definition leaves it at its default (<see cref="HealthPolicy.FailureThreshold"/>).</summary>
    /// <value>Default: <see langword="null"/>, which means 3; from 1 to 1,000.</value>
    public int? MaxConsecutiveFailures { get; set; }

    /// <summary>Whether a server that fails is started again, where its definition leaves its restart policy at its default (<see cref="ServerConfig.RestartPolicy"/>).</summary>
    /// <value>Default: <see langword="true"/>.</value>
    public bool AutoRestart { get; set; } = true;

    /// <summary>How long a server may take to end by itself, where its definition leaves it at its default (<see cref="ShutdownPolicy.Grace"/>).</summary>
    /// <value>Default: <see langword="null"/>, which means 5 seconds. From zero to ten minutes.</value>
    public TimeSpan? GracePeriod { get; set; }

    /// <summary>How many events, and how many connections, <see cref="McpServerManager.History"/> keeps.</summary>
    /// <value>Default: 1,000; from 1 to 1,000,000.</value>
    public int HistoryLimit { get; set; } = 1_000;

    /// <summary>Makes the loggers.</summary>
    /// <value>Default: <see cref="NullLoggerFactory"/>; with dependency injection, that of the host.</value>
    public ILoggerFactory LoggerFactory { get; set; } = NullLoggerFactory.Instance;

    /// <summary>The clock.</summary>
    /// <value>Default: <see cref="TimeProvider.System"/>.</value>
    public TimeProvider TimeProvider { get; set; } = TimeProvider.System;

    /// <summary>Answers what servers ask, and hears what they say.</summary>
    /// <value>Default: none. Elicitation is declined, sampling and roots are refused.</value>
    public ServerHandlers Handlers { get; set; } = new();

    /// <summary>For tests of your own program: servers in its memory, which take the place of the processes and addresses of the definitions of their ids.</summary>
    /// <value>Default: none.</value>
    public IList<InMemoryServer> InMemoryServers { get; } = [];

    /// <summary>Changes what the servers run on, for tests.</summary>
    internal Func<ManagerHostOptions, ManagerHostOptions> Adjust { get; set; } = static options => options;

    /// <summary>What is wrong with the options, each with its mend.</summary>
    internal IEnumerable<string> Problems()
    {
        if (string.IsNullOrWhiteSpace(Name))
            yield return $"{nameof(Name)} is blank; give the manager a name, or leave it at '{DefaultName}'.";
        if (HealthCheckInterval is { } interval && !IsUpToADay(interval) && interval != Timeout.InfiniteTimeSpan)
            yield return $"{nameof(HealthCheckInterval)} is {interval}; give a positive time up to a day, or Timeout.InfiniteTimeSpan for no probes.";
        if (HealthCheckTimeout is { } timeout && !IsUpToADay(timeout))
            yield return $"{nameof(HealthCheckTimeout)} is {timeout}; give a positive time up to a day.";
        if (MaxConsecutiveFailures is < 1 or > MaxFailures)
            yield return $"{nameof(MaxConsecutiveFailures)} is {MaxConsecutiveFailures}; give 1 to {MaxFailures:N0}.";
        if (GracePeriod is { } grace && (grace < TimeSpan.Zero || grace.TotalMilliseconds > Limits.StopMs))
            yield return $"{nameof(GracePeriod)} is {grace}; give zero to ten minutes.";
        if (HistoryLimit is < 1 or > MaxHistory)
            yield return $"{nameof(HistoryLimit)} is {HistoryLimit}; give 1 to {MaxHistory:N0}.";
        foreach (var twice in InMemoryServers.GroupBy(server => server.Id, StringComparer.Ordinal).Where(servers => servers.Count() > 1))
            yield return $"{nameof(InMemoryServers)} has {twice.Count()} of the id '{twice.Key}'; leave one.";
    }

    private static bool IsUpToADay(TimeSpan time) => time > TimeSpan.Zero && time.TotalMilliseconds <= Limits.DayMs;

    /// <summary>What holds for servers whose definitions say nothing else, as it is said now: what is said later is no business of a manager that is made.</summary>
    internal ServerDefaults Defaults => new()
    {
        HealthCheckInterval = HealthCheckInterval,
        HealthCheckTimeout = HealthCheckTimeout,
        MaxConsecutiveFailures = MaxConsecutiveFailures,
        RestartPolicy = AutoRestart ? null : RestartPolicy.Never,
        GracePeriod = GracePeriod,
    };

    /// <summary>A configuration that can be used with these options.</summary>
    /// <exception cref="ArgumentException">An option is out of its range; every problem is listed.</exception>
    /// <exception cref="ConfigException">A definition breaks a rule, or two have one id; every problem is listed.</exception>
    internal StewardConfig Checked(StewardConfig config)
    {
        string[] problems = [.. Problems()];
        return problems.Length == 0 ? ServerRules.Checked(config) : throw new ArgumentException(string.Join(" ", problems));
    }
}
