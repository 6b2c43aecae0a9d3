using System.Collections.Concurrent;
using Microsoft.AspNetCore.Http;
using ModelContextProtocol.Server;
using Steward.TestServer.Fixture;

namespace Steward.TestServer.Web;

/// <summary>HTTP+SSE of revision 2024-11-05: one stream down, POSTs up.</summary>
internal sealed class LegacySse
{
    private readonly ConcurrentDictionary<string, SseResponseStreamTransport> _sessions = new();
    private readonly FixtureServer _server;
    private readonly CancellationToken _ending;

    public LegacySse(FixtureServer server, CancellationToken ending) => (_server, _ending) = (server, ending);

    public async Task OpenAsync(HttpContext context)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, _ending);
        var id = Guid.NewGuid().ToString("N");
        JsonRpcBody.Stream(context.Response);
        await using var session = new SseResponseStreamTransport(context.Response.Body, $"/messages?session={id}", id);
        _sessions[id] = session;
        try
        {
            var writing = session.RunAsync(limit.Token);
            await _server.ServeAsync(session, limit.Token);
            await writing;
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            // The client went away.
        }
        finally
        {
            _sessions.TryRemove(id, out _);
        }
    }

    public async Task PostAsync(HttpContext context)
    {
        if (!_sessions.TryGetValue(context.Request.Query["session"].ToString(), out var session))
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        if (await JsonRpcBody.ReadAsync(context) is not { } message)
            return;
        await session.OnMessageReceivedAsync(message, context.RequestAborted);
        context.Response.StatusCode = StatusCodes.Status202Accepted;
    }
}
