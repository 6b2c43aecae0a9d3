using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Hosting;
using Steward.Supervision;

namespace Steward.Server.Api;

/// <summary><c>/events</c>: how the servers are, and then every change.</summary>
internal static class EventEndpoints
{
    public static void MapEvents(this IEndpointRouteBuilder api) =>
        api.MapGet("/events", IResult (McpServerManager manager, IHostApplicationLifetime lifetime) =>
                TypedResults.ServerSentEvents(WatchAsync(manager, lifetime.ApplicationStopping), eventType: "status"))
            .Produces<ServerStatus>(contentType: "text/event-stream").WithTags("servers").WithName("getEvents")
            .WithSummary("Server-sent events 'status': the status of every server as it is now, then every change; the last of a server that is removed has isRemoved. A slow reader may miss steps in between, never where a server has come to.");

    private static async IAsyncEnumerable<ServerStatus> WatchAsync(
        McpServerManager manager, CancellationToken stopping, [EnumeratorCancellation] CancellationToken aborted = default)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(stopping, aborted);
        await foreach (var status in EndingQuietly.On(manager.WatchAsync(end.Token), end.Token))
            yield return status;
    }
}
