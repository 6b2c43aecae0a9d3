using System.ComponentModel;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Steward.Supervision;
using Steward.Upstreams;

namespace Steward.Server.Api;

/// <summary><c>/servers</c>: how they are, and starting and stopping them.</summary>
internal static class ServerEndpoints
{
    public static void MapServers(this IEndpointRouteBuilder api)
    {
        var servers = api.MapGroup("/servers").WithTags("servers");
        servers.MapGet("/", (McpServerManager manager) => TypedResults.Ok(manager.GetMeasuredStatuses()))
            .WithName("getServers").WithSummary("The statuses of all servers, in the order of the configuration.");
        servers.MapGet("/{id}", Find)
            .WithName("getServer").WithSummary("The status of one server.")
            .ProducesProblem(StatusCodes.Status404NotFound);
        servers.MapGet("/{id}/statistics", Measure)
            .WithName("getStatistics").WithSummary("What was said over the present connection to a server: messages sent and received, errors, requests that wait.")
            .ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status503ServiceUnavailable);
        servers.MapCommand("check", static (manager, id, cancellationToken) => manager.CheckHealthAsync(id, cancellationToken), "Probes a server now; the status that comes back has the findings. One that does not run is not probed.");
        servers.MapCommand("start", static (manager, id, cancellationToken) => manager.TryStartServerAsync(id, cancellationToken), "Starts a server and waits until it runs or has failed.");
        servers.MapCommand("stop", static (manager, id, cancellationToken) => manager.StopServerAsync(id, cancellationToken), "Stops a server and waits until nothing of it is left.");
        servers.MapCommand("restart", static (manager, id, cancellationToken) => manager.TryRestartServerAsync(id, cancellationToken), "Stops a server, starts it anew and waits until it runs or has failed.");
    }

    private static void MapCommand(this RouteGroupBuilder servers, string command, Func<McpServerManager, string, CancellationToken, Task<ServerStatus>> act, string summary) =>
        servers.MapPost($"/{{id}}/{command}", ([Description("The server's id")] string id, McpServerManager manager, CancellationToken aborted) => ActAsync(id, manager, act, aborted))
            .WithName($"{command}Server").WithSummary(summary)
            .ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict);

    private static Results<Ok<ServerStatus>, ProblemHttpResult> Find([Description("The server's id")] string id, McpServerManager manager) =>
        manager.FindStatus(id) is { } status ? TypedResults.Ok(status with { Resources = manager.Resources?.Find(id) }) : ApiProblems.UnknownServer(id, manager);

    private static Results<Ok<ConnectionStatistics>, ProblemHttpResult> Measure([Description("The server's id")] string id, McpServerManager manager, TimeProvider time)
    {
        if (manager.FindServer(id) is not { } server)
            return ApiProblems.UnknownServer(id, manager);
        return manager.GetStatistics(id) is { } statistics ? TypedResults.Ok(statistics) : ApiProblems.NotRunning(server.Status, time);
    }

    private static async Task<Results<Ok<ServerStatus>, ProblemHttpResult>> ActAsync(
        string id, McpServerManager manager, Func<McpServerManager, string, CancellationToken, Task<ServerStatus>> act, CancellationToken aborted)
    {
        if (manager.FindStatus(id) is null)
            return ApiProblems.UnknownServer(id, manager);
        try
        {
            return TypedResults.Ok(await act(manager, id, aborted));
        }
        catch (UnknownServerException)
        {
            return ApiProblems.UnknownServer(id, manager); // removed while we waited
        }
        catch (InvalidOperationException refused)
        {
            return ApiProblems.Conflict(refused.Message);
        }
    }
}
