using System.ComponentModel;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Hosting;
using Steward.Processes;
using Steward.Upstreams;

namespace Steward.Server.Api;

/// <summary><c>/servers/{id}/logs</c>: what a server wrote.</summary>
internal static class LogEndpoints
{
    private const int StandardTail = 100;

    public static void MapLogs(this IEndpointRouteBuilder api) =>
        api.MapGet("/servers/{id}/logs", Read).WithTags("servers")
            .WithName("getLogs").WithSummary("The newest lines of a server's log. With follow=true a stream of server-sent events 'line': those lines, then every further one.")
            .Produces<IReadOnlyList<LogLine>>().ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status404NotFound);

    private static IResult Read(
        [Description("The server's id")] string id,
        McpServerManager manager,
        ServerLogs logs,
        IHostApplicationLifetime lifetime,
        [Description("How many of the newest lines")] int tail = StandardTail,
        [Description("Whether to wait for further lines")] bool follow = false)
    {
        if (manager.FindStatus(id) is null)
            return ApiProblems.UnknownServer(id, manager);
        if (tail < 0)
            return ApiProblems.Invalid($"tail is {tail}; it must not be negative.");
        return follow
            ? TypedResults.ServerSentEvents(FollowAsync(logs[id], tail, lifetime.ApplicationStopping), eventType: "line")
            : TypedResults.Json(logs[id].Tail(tail), ApiJson.Default.IReadOnlyListLogLine);
    }

    private static async IAsyncEnumerable<LogLine> FollowAsync(
        ServerLog log, int tail, CancellationToken stopping, [EnumeratorCancellation] CancellationToken aborted = default)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(stopping, aborted);
        await foreach (var line in EndingQuietly.On(log.ReadAsync(tail, follow: true, end.Token), end.Token))
            yield return line;
    }
}
