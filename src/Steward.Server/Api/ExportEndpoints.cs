using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Steward.Configuration;

namespace Steward.Server.Api;

/// <summary>All definitions as one configuration, for whoever hands them over to another program.</summary>
internal static class ExportEndpoints
{
    public static void MapExport(this IEndpointRouteBuilder api) =>
        api.MapGet("/export", (McpServerManager manager) => TypedResults.Bytes(ServerListJson.Write(manager.Servers.Select(server => server.Config)), "application/json"))
            .WithTags("definitions").WithName("export").Produces(StatusCodes.Status200OK, contentType: "application/json")
            .WithSummary("All servers as a configuration with mcpServers. Nothing is masked: what stands in a definition in clear stands here in clear.");
}
