using System.ComponentModel;
using System.Runtime.InteropServices;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Steward.Registry;
using Steward.Supervision;
using Steward.Upstreams;

namespace Steward.Server.Api;

/// <summary>Requests of any method, and what servers offer whether they run or not.</summary>
internal static class RequestEndpoints
{
    private const int LongestTimeoutMs = 24 * 60 * 60 * 1000;

    public static void MapRequests(this IEndpointRouteBuilder api)
    {
        var server = api.MapGroup("/servers/{id}").WithTags("servers").ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status503ServiceUnavailable);
        server.MapPost("/request", RequestAsync).WithName("request").Accepts<JsonElement>("application/json").Produces<JsonElement>()
            .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status502BadGateway).ProducesProblem(StatusCodes.Status504GatewayTimeout)
            .WithSummary("Makes a request of any method. The body: method, params and timeoutMs; the answer is the result as the server gave it.");
        server.MapGet("/catalogue", CatalogueAsync).WithName("getCatalogue").Produces<JsonElement>()
            .WithSummary("The tools, prompts, resources and templates that a server offers, or offered when it last ran by its present definition.");
    }

    private static async Task<IResult> RequestAsync([Description("The server's id")] string id, HttpRequest request, ServerRegistry registry, McpServerManager manager, TimeProvider time, CancellationToken aborted)
    {
        try
        {
            using var body = await JsonDocument.ParseAsync(request.Body, default, aborted);
            var root = body.RootElement;
            if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("method", out var method) || method.ValueKind != JsonValueKind.String)
                return ApiProblems.Invalid("The body must be a JSON object with a method, such as {\"method\": \"tools/list\"}.");
            if (root.TryGetProperty("params", out var parameters) && parameters.ValueKind != JsonValueKind.Object)
                return ApiProblems.Invalid("params must be a JSON object.");
            if (!TryReadTimeout(root, out var timeout))
                return ApiProblems.Invalid($"timeoutMs must be a whole number of milliseconds, from 1 to {LongestTimeoutMs}.");
            if (manager.FindServer(id) is { } server && await manager.ReachAsync(server, gone: null, aborted) is null)
                return ApiProblems.NotRunning(server.Status, time);
            var raw = parameters.ValueKind == JsonValueKind.Object ? JsonMarshal.GetRawUtf8Value(parameters).ToArray() : default;
            return await RegistryProblems.AnswerAsync(async () => TypedResults.Text(await registry.RequestAsync(id, method.GetString()!, raw, timeout, aborted), "application/json"));
        }
        catch (JsonException malformed)
        {
            return ApiProblems.Invalid($"The body is no JSON: {malformed.Message}");
        }
        catch (ArgumentException refused)
        {
            return ApiProblems.Invalid(refused.Message);
        }
        catch (UpstreamErrorException failure)
        {
            return ApiProblems.Failed(id, failure);
        }
    }

    private static Task<IResult> CatalogueAsync([Description("The server's id")] string id, ServerRegistry registry, McpServerManager manager, CancellationToken aborted) =>
        RegistryProblems.AnswerAsync(async () =>
        {
            if (manager.FindStatus(id) is null)
                return ApiProblems.UnknownServer(id, manager);
            if (await registry.Catalogues.FindAsync(id, aborted) is not { } found)
                return ApiProblems.NotRunning(id, ServerState.Stopped, $"Server '{id}' does not run, and has not run by its present definition. 'steward start {id}' starts it.");
            return TypedResults.Text(found.Document.Span, "application/json");
        });

    private static bool TryReadTimeout(JsonElement body, out TimeSpan? timeout)
    {
        timeout = null;
        if (!body.TryGetProperty("timeoutMs", out var value))
            return true;
        if (value.ValueKind != JsonValueKind.Number || !value.TryGetInt32(out var milliseconds) || milliseconds is < 1 or > LongestTimeoutMs)
            return false;
        timeout = TimeSpan.FromMilliseconds(milliseconds);
        return true;
    }
}
