using Microsoft.AspNetCore.Routing;

namespace Steward.Server.Api;

/// <summary>Every route beside those of MCP.</summary>
internal static class ApiRoutes
{
    public static void MapStewardApi(this IEndpointRouteBuilder routes)
    {
        routes.MapHealth();
    }
}
