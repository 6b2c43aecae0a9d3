using System.ComponentModel;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Hosting;
using Steward.Events;
using Steward.Supervision;

namespace Steward.Server.Api;

/// <summary><c>/events</c>: how the servers are and every change, and what else happens.</summary>
internal static class EventEndpoints
{
    private const int StandardLimit = 100;

    public static void MapEvents(this IEndpointRouteBuilder api)
    {
        var events = api.MapGroup("/events").WithTags("events");
        events.MapGet("/", Follow)
            .Produces<ServerStatus>(contentType: "text/event-stream").ProducesProblem(StatusCodes.Status400BadRequest).WithName("getEvents")
            .WithSummary("Server-sent events. 'status': the status of every server as it is now, then every change; the last of a server that is removed has isRemoved. A slow reader may miss steps in between, never where a server has come to. "
                + "Every other is named after what happened, such as 'mcp_server_connected'; with category, name or priority there are only these. With Last-Event-ID or after the stream begins with what the history has since.");
        events.MapGet("/history", Recall)
            .Produces<IReadOnlyList<StewardEvent>>().ProducesProblem(StatusCodes.Status400BadRequest).WithName("getPastEvents")
            .WithSummary("The newest events that are still remembered, the oldest of them first.");
    }

    private static IResult Follow(
        McpServerManager manager,
        EventBus bus,
        HttpResponse response,
        IHostApplicationLifetime lifetime,
        [Description("Only events of these categories, such as mcp or discovery")] string[]? category = null,
        [Description("Only events of these names")] string[]? name = null,
        [Description("Only events of this priority or above: low, normal, high or critical")] string? priority = null,
        [Description("Begin after the event of this number")] long? after = null,
        [FromHeader(Name = "Last-Event-ID"), Description("The same, as browsers send it")] string? lastEventId = null)
    {
        if (PriorityOf(priority) is not { } minimum)
            return UnknownPriority(priority!);
        var filter = new EventFilter { Categories = category ?? [], Names = name ?? [], MinimumPriority = minimum };
        var stream = new EventStream(bus.ReadAsync(filter, after ?? (long.TryParse(lastEventId, out var last) ? last : null)), response.Body.FlushAsync);
        var isFiltered = category is { Length: > 0 } || name is { Length: > 0 } || priority is not null;
        return TypedResults.ServerSentEvents(stream.ReadAsync(isFiltered ? null : manager.WatchAsync(), lifetime.ApplicationStopping));
    }

    private static IResult Recall(
        EventBus bus,
        [Description("Only events of this category")] string? category = null,
        [Description("Only events of this name")] string? name = null,
        [Description("Only events of this priority or above: low, normal, high or critical")] string? priority = null,
        [Description("Only events at this time or later")] DateTimeOffset? since = null,
        [Description("At most so many")] int limit = StandardLimit)
    {
        if (PriorityOf(priority) is not { } minimum)
            return UnknownPriority(priority!);
        var found = bus.History(new() { Category = category, Name = name, MinimumPriority = minimum, Since = since, Limit = limit });
        return TypedResults.Json(found, ApiJson.Default.IReadOnlyListStewardEvent);
    }

    private static EventPriority? PriorityOf(string? text) => text?.ToLowerInvariant() switch
    {
        null or "low" => EventPriority.Low,
        "normal" => EventPriority.Normal,
        "high" => EventPriority.High,
        "critical" => EventPriority.Critical,
        _ => null,
    };

    private static ProblemHttpResult UnknownPriority(string text) => ApiProblems.Invalid($"There is no priority '{text}'. There are: low, normal, high, critical.");
}
