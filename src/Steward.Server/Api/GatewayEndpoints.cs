using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;
using Steward.Gateway;

namespace Steward.Server.Api;

/// <summary>The daemon itself: where it listens, and stopping it.</summary>
internal static class GatewayEndpoints
{
    public static void MapGateway(this IEndpointRouteBuilder api)
    {
        api.MapGet("/gateway", (HostState state, McpGateway gateway) => TypedResults.Ok(GatewayFacts.Of(state, gateway))).WithTags("gateway")
            .WithName("getGateway").WithSummary("Where the daemon listens, how many clients are connected, and its version.");
        api.MapGet("/groups", (HostState state, McpGateway gateway) => TypedResults.Json(Groups(state, gateway), ApiJson.Default.IReadOnlyListGroupFacts)).WithTags("gateway")
            .WithName("getGroups").WithSummary("The groups: where each is served, which servers it has now, and what its tools are called.")
            .Produces<IReadOnlyList<GroupFacts>>();
        api.MapPost("/shutdown", (HostState state, ILogger<StewardHost> logger) =>
            {
                logger.StopRequested();
                state.RequestStop();
                return TypedResults.StatusCode(StatusCodes.Status202Accepted);
            })
            .WithTags("gateway").WithName("shutdown").WithSummary("Asks the daemon to stop all servers and itself. It is gone once its data directory is unlocked.")
            .Produces(StatusCodes.Status202Accepted);
    }

    private static IReadOnlyList<GroupFacts> Groups(HostState state, McpGateway gateway) => [.. gateway.Groups.Select(view => GroupFacts.Of(state, view))];
}
