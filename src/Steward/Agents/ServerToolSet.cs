using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging;
using Steward.Catalog;
using Steward.Configuration;
using Steward.Gateway;

namespace Steward.Agents;

/// <summary>
/// The tools of all servers, in the order of the servers, and as each server lists them. Read from what the gateway remembers of them, so
/// that no look ever waits for a server.
/// </summary>
internal sealed class ServerToolSet(McpServerManager manager, McpGateway gateway, ToolNaming naming, ServerToolOptions options, ILogger logger) : ToolSet
{
    private readonly Lock _gate = new(); // around memory only
    private (GatewayServer Server, ServerCatalog Catalog, ServerConfig Config)[] _seen = [];
    private Dictionary<(string Server, string Tool), ServerTool> _tools = [];
    private ToolSnapshot _snapshot = ToolSnapshot.Empty;

    internal override IEnumerable<ChangeSignal> Signals => [gateway.CatalogChanges];

    internal override ToolSnapshot Snapshot
    {
        get
        {
            var servers = gateway.Servers.All;
            foreach (var server in servers)
                server.Run?.OnListUsed(CatalogKind.Tools);
            lock (_gate)
            {
                (GatewayServer Server, ServerCatalog Catalog, ServerConfig Config)[] now = [.. servers.Select(server => (server, server.Offered, server.Config))];
                if (!now.SequenceEqual(_seen))
                    Renew(now);
                return _snapshot;
            }
        }
    }

    private void Renew((GatewayServer Server, ServerCatalog Catalog, ServerConfig Config)[] now)
    {
        (GatewayServer Server, ServerCatalog Catalog)[] sources = [.. now.Select(seen => (seen.Server, seen.Catalog))];
        var list = new MergedList(CatalogKind.Tools, sources, naming, ToolShape.None);
        var items = now.ToDictionary(seen => seen.Server, seen => seen.Catalog[CatalogKind.Tools].DistinctBy(item => item.Key).ToDictionary(item => item.Key));
        var tools = new Dictionary<(string, string), ServerTool>();
        var functions = new List<AIFunction>();
        foreach (var (exposed, route) in list.Routes)
        {
            var tool = Make(ModelName.Of(exposed), route.Server.Id, items[route.Server][route.Name]);
            tools.Add((tool.ServerId, tool.ToolName), tool);
            functions.Add(options.Approve is null && !tool.IsAutoApproved ? tool.Marked : tool);
        }

        (_seen, _tools, _snapshot) = (now, tools, ToolSnapshot.Of(functions));
    }

    /// <summary>A tool stays the same object for as long as its server says the same of it.</summary>
    private ServerTool Make(string name, string serverId, CatalogItem item) =>
        _tools.TryGetValue((serverId, item.Key), out var known) && known.Name == name && known.Source.Is(item)
            ? known
            : new ServerTool(ToolDefinition.Read(serverId, item), name, manager, options, logger);
}
