using System.ComponentModel;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Steward.Registry;

namespace Steward.Server.Api;

/// <summary>What happened to servers, and which connections there were and are.</summary>
internal static class HistoryEndpoints
{
    private const int StandardLimit = 100;

    public static void MapHistory(this IEndpointRouteBuilder api)
    {
        var history = api.MapGroup("/history").WithTags("history").ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status503ServiceUnavailable);
        history.MapGet("/events", ReadEventsAsync).WithName("getEventHistory").Produces<IReadOnlyList<LifecycleEvent>>()
            .WithSummary("What happened to the servers, newest first; also to those that were removed since.");
        history.MapGet("/connections", ReadConnectionsAsync).WithName("getConnectionHistory").Produces<IReadOnlyList<ConnectionRecord>>()
            .WithSummary("The connections to the servers, newest first, with their durations and how they ended.");
        history.MapDelete("/", ClearAsync).WithName("clearHistory").Produces<ClearedHistory>()
            .WithSummary("Forgets the history of all servers, or of one. Connections that last are kept.");
        api.MapGet("/connections", (ServerRegistry registry) => TypedResults.Json<IReadOnlyList<DefinitionEntry>>([.. registry.ListConnections().Select(DefinitionEntry.Of)], ApiJson.Default.IReadOnlyListDefinitionEntry))
            .WithTags("history").WithName("getConnections").Produces<IReadOnlyList<DefinitionEntry>>().WithSummary("The servers that are connected now.");
    }

    private static Task<IResult> ReadEventsAsync(
        ServerRegistry registry,
        CancellationToken aborted,
        [Description("Only this server, which may have been removed since")] string? server = null,
        [Description("How many, at most 1000")] int limit = StandardLimit,
        [Description("Only those with a lower number: the last of one page asks for the next")] long? before = null) =>
        ReadAsync(server, limit, before, async query => TypedResults.Json(await registry.ReadEventsAsync(query, aborted), ApiJson.Default.IReadOnlyListLifecycleEvent));

    private static Task<IResult> ReadConnectionsAsync(
        ServerRegistry registry,
        CancellationToken aborted,
        [Description("Only this server, which may have been removed since")] string? server = null,
        [Description("How many, at most 1000")] int limit = StandardLimit,
        [Description("Only those with a lower number: the last of one page asks for the next")] long? before = null) =>
        ReadAsync(server, limit, before, async query => TypedResults.Json(await registry.ReadConnectionsAsync(query, aborted), ApiJson.Default.IReadOnlyListConnectionRecord));

    private static Task<IResult> ReadAsync(string? server, int limit, long? before, Func<HistoryQuery, Task<IResult>> read) => limit is < 1 or > HistoryQuery.MaxLimit
        ? Task.FromResult<IResult>(ApiProblems.Invalid($"limit is {limit}; it must be from 1 to {HistoryQuery.MaxLimit}."))
        : RegistryProblems.AnswerAsync(() => read(new HistoryQuery { Server = server, Limit = limit, Before = before }));

    private static Task<IResult> ClearAsync(ServerRegistry registry, CancellationToken aborted, [Description("Only this server")] string? server = null) =>
        RegistryProblems.AnswerAsync(async () => TypedResults.Json(new ClearedHistory(await registry.ClearHistoryAsync(server, aborted)), ApiJson.Default.ClearedHistory));
}
