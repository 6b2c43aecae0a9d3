using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Steward.Supervision;

namespace Steward.Server.Api;

/// <summary><c>/health</c>: open to everybody who reaches the address, and says nothing that is worth hiding.</summary>
internal static class HealthEndpoints
{
    public static void MapHealth(this IEndpointRouteBuilder routes)
    {
        var health = routes.MapGroup("/health").WithTags("health");
        health.MapGet("/live", () => TypedResults.Text("alive\n"))
            .WithName("getLive").WithSummary("Answers as long as the daemon lives.");
        health.MapGet("/ready", (McpServerManager manager) => Describe(manager.GetAllStatuses()))
            .Produces<Readiness>().Produces<Readiness>(StatusCodes.Status503ServiceUnavailable)
            .WithName("getReady").WithSummary("Whether every enabled server has settled: it runs, or has failed, or waits for its next start or first call. Status 503 until then.");
    }

    private static JsonHttpResult<Readiness> Describe(IReadOnlyList<ServerStatus> statuses)
    {
        var servers = statuses.Select(status => new ServerReadiness(status.Id, status.State, HasSettled(status))).ToList();
        var readiness = new Readiness(servers.TrueForAll(server => server.Settled), servers);
        return TypedResults.Json(readiness, ApiJson.Default.Readiness, statusCode: readiness.Ready ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable);
    }

    /// <summary>A server that was never begun is stopped, too, but has nothing behind it yet.</summary>
    private static bool HasSettled(ServerStatus status) =>
        status.State == ServerState.Disabled || status.StartsOnCall || (status.State is not (ServerState.Starting or ServerState.Stopping) && status.Transitions > 0);
}
