namespace Steward.Discovery.Clients;

/// <summary>Finds the servers that the MCP clients of this machine are configured with.</summary>
/// <param name="addresses">Where Steward's own gateways listen: an entry that leads there is no server.</param>
internal sealed class ClientConfigSource(IReadOnlyList<string> addresses) : IDiscoverySource
{
    public string Name => "clients";

    public string Description => "configurations of MCP clients";

    public Task<DiscoveryResult> DiscoverAsync(DiscoveryContext context, CancellationToken cancellationToken) =>
        Task.FromResult(Discover(ClientApplications.All, context, addresses, cancellationToken));

    /// <summary>The servers of some clients.</summary>
    public static DiscoveryResult Discover(IReadOnlyList<ClientApplication> clients, DiscoveryContext context, IReadOnlyList<string> addresses, CancellationToken cancellationToken)
    {
        var servers = new List<DiscoveredServer>();
        var problems = new List<string>();
        var steward = new StewardEntry(addresses);
        foreach (var client in clients)
        {
            foreach (var file in client.Files.DistinctBy(file => file.Locate(context)))
            {
                cancellationToken.ThrowIfCancellationRequested();
                var reading = ClientConfigReader.Read(client, file, context);
                servers.AddRange(reading.Servers.Where(server => !steward.Is(server.Config)));
                problems.AddRange(reading.Problems.Select(problem => problem.ToString()));
            }
        }

        return new(FoundServers.Merge(servers, []), problems);
    }
}
