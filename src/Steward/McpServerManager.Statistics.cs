using Steward.Supervision;
using Steward.Upstreams;

namespace Steward;

/// <content>What is said to servers and by them.</content>
public sealed partial class McpServerManager
{
    /// <summary>How much was said over the present connection to a server; <see langword="null"/> while it does not run.</summary>
    /// <exception cref="UnknownServerException">There is no server of that id.</exception>
    public ConnectionStatistics? GetStatistics(string id) => StatisticsOf(Find(id).Server);

    /// <summary>The same of all servers that run.</summary>
    internal IReadOnlyList<ConnectionStatistics> GetAllStatistics() => [.. Servers.Select(StatisticsOf).OfType<ConnectionStatistics>()];

    private static ConnectionStatistics? StatisticsOf(ManagedServer server) =>
        server.Current is UpstreamRun run ? run.Connection.Measure(server.Status.RunningSince) : null;
}
