using System.ComponentModel;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Steward.Discovery;

namespace Steward.Server.Api;

/// <summary><c>/discovery</c>: servers that could be added.</summary>
internal static class DiscoveryEndpoints
{
    private const int LongestQuery = 200;

    public static void MapDiscovery(this IEndpointRouteBuilder api) =>
        api.MapGet("/discovery", DiscoverAsync).WithTags("discovery")
            .WithName("discover").WithSummary("Servers that could be added, by source: what each is and how it would be run. Sources on this machine are asked now, others as long as their last answer counts as new only with refresh=true. Nothing is added or started.")
            .Produces<DiscoveryReport>().ProducesProblem(StatusCodes.Status400BadRequest);

    private static async Task<Results<Utf8ContentHttpResult, ProblemHttpResult>> DiscoverAsync(
        ServerDiscovery discovery,
        DiscoveryContext machine,
        McpServerManager manager,
        CancellationToken aborted,
        [Description("Only these sources; without it those of the configuration, and with a query the registry")] string[]? source = null,
        [Description("Only servers that have all these words")] string? query = null,
        [Description("Ask anew where a remembered answer would still do")] bool refresh = false)
    {
        if (query?.Length > LongestQuery)
            return ApiProblems.Invalid($"The query is longer than {LongestQuery} characters.");
        try
        {
            var request = new DiscoveryRequest { Sources = source is { Length: > 0 } ? source : null, Query = query, Refresh = refresh };
            var report = await discovery.DiscoverAsync(machine, request, aborted);
            var managed = new ManagedMatch(manager.Servers.Select(server => server.Config));
            return TypedResults.Text(DiscoveryJson.Write(report, discovery.IsRemote, managed.Find), "application/json");
        }
        catch (ArgumentException unknown)
        {
            return ApiProblems.Invalid(unknown.Message);
        }
    }
}
