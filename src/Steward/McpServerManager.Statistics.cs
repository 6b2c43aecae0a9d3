using Steward.Processes;
using Steward.Supervision;
using Steward.Upstreams;

namespace Steward;

/// <content>What is said to servers and by them.</content>
public sealed partial class McpServerManager
{
    /// <summary>How much was said over the present connection to a server; <see langword="null"/> while it does not run.</summary>
    /// <exception cref="UnknownServerException">There is no server of that id.</exception>
    public ConnectionStatistics? GetStatistics(string id) => StatisticsOf(Find(id).Server);

    /// <summary>
    /// What a server takes of this machine, not older than five seconds; <see langword="null"/> while it has no process, and where this system
    /// does not tell (all but Linux). To ask has all servers measured for a minute, every five seconds, with one look at the process table.
    /// </summary>
    /// <exception cref="UnknownServerException">There is no server of that id.</exception>
    public ServerResources? GetResources(string id) => Resources?.Find(Find(id).Server.Id);

    /// <summary>The same of all servers that have processes.</summary>
    public IReadOnlyCollection<ServerResources> GetAllResources() => Resources?.All() ?? [];

    /// <summary>The statuses of all servers, with what they take.</summary>
    internal IReadOnlyList<ServerStatus> GetMeasuredStatuses()
    {
        var resources = GetAllResources().ToDictionary(server => server.Server, StringComparer.Ordinal);
        return [.. GetAllStatuses().Select(status => status with { Resources = resources.GetValueOrDefault(status.Id) })];
    }

    /// <summary>Measures; null where nothing does.</summary>
    internal ResourceMonitor? Resources { get; set; }

    /// <summary>The same of all servers that run.</summary>
    internal IReadOnlyList<ConnectionStatistics> GetAllStatistics() => [.. Servers.Select(StatisticsOf).OfType<ConnectionStatistics>()];

    private static ConnectionStatistics? StatisticsOf(ManagedServer server) =>
        (server.Current as IUpstreamRun)?.Measure(server.Status.RunningSince);
}
