using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Steward.Server.Api;

/// <summary><c>/health</c>: open to everybody who reaches the address, and says nothing that is worth hiding.</summary>
internal static class HealthEndpoints
{
    public static void MapHealth(this IEndpointRouteBuilder routes)
    {
        var health = routes.MapGroup("/health").WithTags("health");
        health.MapGet("/live", () => TypedResults.Text("alive\n")).WithSummary("Answers as long as the daemon lives.");
    }
}
