using System.ComponentModel;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Steward.Catalog;
using Steward.Gateway;
using Steward.Supervision;
using Steward.Upstreams;
using Steward.Wire;

namespace Steward.Server.Api;

/// <summary>The tools that clients see, and calling them without a client.</summary>
internal static class ToolEndpoints
{
    public static void MapTools(this IEndpointRouteBuilder api)
    {
        api.MapGet("/tools", ListAsync).WithTags("tools")
            .WithName("getTools").WithSummary("The tools of all running servers, or of one: what the server calls them, what /mcp calls them, and how the server describes them.")
            .Produces<IReadOnlyList<ToolEntry>>().ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status503ServiceUnavailable);
        api.MapPost("/servers/{id}/tools/{tool}/call", CallAsync).WithTags("tools")
            .WithName("callTool").WithSummary("Calls a tool. The body is a JSON object with the arguments; the answer is the result as the server gave it.")
            .Accepts<JsonElement>("application/json").Produces<JsonElement>()
            .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status502BadGateway).ProducesProblem(StatusCodes.Status503ServiceUnavailable).ProducesProblem(StatusCodes.Status504GatewayTimeout);
    }

    private static async Task<IResult> ListAsync(McpServerManager manager, McpGateway gateway, TimeProvider time, [Description("Only the tools of this server")] string? server = null, CancellationToken aborted = default)
    {
        if (server is null)
            return TypedResults.Json(await EntriesAsync(manager.Servers, gateway, aborted), ApiJson.Default.IReadOnlyListToolEntry);
        if (Find(manager, server) is not { } found)
            return ApiProblems.UnknownServer(server, manager);
        return found.Run is not null || found.Status.StartsOnCall
            ? TypedResults.Json(await EntriesAsync([found], gateway, aborted), ApiJson.Default.IReadOnlyListToolEntry)
            : ApiProblems.NotRunning(found.Status, time);
    }

    private static async Task<Results<Utf8ContentHttpResult, ProblemHttpResult>> CallAsync(
        [Description("The server's id")] string id,
        [Description("The server's own name for the tool")] string tool,
        HttpRequest request,
        McpServerManager manager,
        TimeProvider time,
        CancellationToken aborted)
    {
        if (Find(manager, id) is not { } server)
            return ApiProblems.UnknownServer(id, manager);
        if (await manager.ReachAsync(server, gone: null, aborted) is not { } run)
            return ApiProblems.NotRunning(server.Status, time);
        var tools = run.Catalog[CatalogKind.Tools];
        if (!tools.Any(item => item.Key == tool))
            return ApiProblems.UnknownTool(id, tool, [.. tools.Select(item => item.Key)]);

        try
        {
            using var arguments = await JsonDocument.ParseAsync(request.Body, default, aborted);
            if (arguments.RootElement.ValueKind != JsonValueKind.Object)
                return ApiProblems.Invalid("The body must be a JSON object with the tool's arguments, such as {}.");
            var result = await manager.RequestAsync(server, run, "tools/call", Parameters(tool, arguments.RootElement), server.Config.RequestTimeout, aborted);
            return TypedResults.Text(result, "application/json");
        }
        catch (JsonException malformed)
        {
            return ApiProblems.Invalid($"The body is no JSON: {malformed.Message}");
        }
        catch (UpstreamErrorException failure)
        {
            return ApiProblems.Failed(id, failure);
        }
    }

    private static byte[] Parameters(string tool, JsonElement arguments) => JsonRpcWriter.Object(json =>
    {
        json.WriteString("name"u8, tool);
        json.WritePropertyName("arguments"u8);
        arguments.WriteTo(json);
    });

    private static ManagedServer? Find(McpServerManager manager, string id) => manager.Servers.FirstOrDefault(server => server.Config.Id == id);

    /// <summary>The tools of servers as they are now; of those that rest, as they will be there for calls.</summary>
    public static async Task<IReadOnlyList<ToolEntry>> EntriesAsync(IEnumerable<ManagedServer> servers, McpGateway gateway, CancellationToken cancellationToken)
    {
        await gateway.CatchUpAsync().WaitAsync(cancellationToken); // of a server that runs, its tools have their names
        var names = gateway.Catalog[CatalogKind.Tools].Routes.ToDictionary(route => (route.Value.Server.Id, route.Value.Name), route => route.Key);
        return [.. from server in servers
                   let catalog = server.Run?.Catalog ?? (server.Status.StartsOnCall ? gateway.Servers.Find(server.Id)?.Offered : null)
                   where catalog is not null
                   from item in catalog[CatalogKind.Tools]
                   select new ToolEntry(server.Config.Id, item.Key, names.GetValueOrDefault((server.Config.Id, item.Key)), Parse(item.Raw))];
    }

    private static JsonElement Parse(byte[] raw)
    {
        using var document = JsonDocument.Parse(raw);
        return document.RootElement.Clone();
    }
}
