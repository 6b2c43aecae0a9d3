using Steward.Catalog;
using Steward.Gateway;

namespace Steward.Server.Api;

/// <summary>A group of servers.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Description">What it is for.</param>
/// <param name="Endpoint">Where MCP clients connect to reach it.</param>
/// <param name="Servers">The ids of its servers.</param>
/// <param name="Tools">What its tools are called there.</param>
internal sealed record GroupFacts(string Name, string? Description, string Endpoint, IReadOnlyList<string> Servers, IReadOnlyList<string> Tools)
{
    public static GroupFacts Of(HostState state, MergedView view) => new(
        view.Group!.Name,
        view.Group.Description,
        $"{state.Url}{new GatewayTarget(GatewayTargetKind.Group, view.Group.Name).Path}/mcp",
        [.. view.Servers.All.Select(server => server.Id)],
        [.. view.Catalog[CatalogKind.Tools].Routes.Keys]);
}
