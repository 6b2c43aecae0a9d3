using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Steward.Server.Api;

/// <summary>Every route beside those of MCP.</summary>
internal static class ApiRoutes
{
    public static void MapStewardApi(this IEndpointRouteBuilder routes)
    {
        routes.MapHealth();
        routes.MapMetrics();
        routes.MapLoginRedirect();
        routes.MapOpenApi("/api/v1/openapi.json").ExcludeFromDescription();

        var api = routes.MapGroup("/api/v1").ProducesProblem(StatusCodes.Status401Unauthorized);
        api.MapServers();
        api.MapExport();
        api.MapDefinitions();
        api.MapRequests();
        api.MapHistory();
        api.MapLogins();
        api.MapLogs();
        api.MapTools();
        api.MapEvents();
        api.MapDiscovery();
        api.MapConfig();
        api.MapGateway();
    }
}
