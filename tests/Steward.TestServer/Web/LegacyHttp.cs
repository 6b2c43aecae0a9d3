using System.Collections.Concurrent;
using Microsoft.AspNetCore.Http;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;
using Steward.TestServer.Fixture;

namespace Steward.TestServer.Web;

/// <summary>Streamable HTTP up to revision 2025-11-25: a session from <c>initialize</c> to DELETE, each with a server of its own.</summary>
internal sealed class LegacyHttp
{
    private const string SessionHeader = "Mcp-Session-Id";

    private readonly ConcurrentDictionary<string, StreamableHttpServerTransport> _sessions = new();
    private readonly FixtureServer _server;
    private readonly EraGate _gate = new(FixtureEra.Legacy);
    private readonly CancellationToken _ending;

    public LegacyHttp(FixtureServer server, CancellationToken ending) => (_server, _ending) = (server, ending);

    public async Task HandleAsync(HttpContext context)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, _ending);
        try
        {
            await (context.Request.Method switch
            {
                "POST" => PostAsync(context, limit.Token),
                "GET" => ListenAsync(context, limit.Token),
                "DELETE" => EndAsync(context),
                _ => JsonRpcBody.RefuseAsync(context, StatusCodes.Status405MethodNotAllowed, -32000, "POST, GET or DELETE"),
            });
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            // The client went away.
        }
    }

    private async Task PostAsync(HttpContext context, CancellationToken cancellationToken)
    {
        if (await JsonRpcBody.ReadAsync(context) is not { } message)
            return;
        if (_gate.Refuse(message) is { } refusal)
        {
            await JsonRpcBody.WriteAsync(context, StatusCodes.Status400BadRequest, refusal);
            return;
        }

        var session = message is JsonRpcRequest { Method: "initialize" } ? Begin(context) : await FindAsync(context, message);
        if (session is null)
            return;
        JsonRpcBody.Stream(context.Response);
        if (!await session.HandlePostRequestAsync(message, context.Response.Body, cancellationToken))
        {
            context.Response.ContentType = null;
            context.Response.StatusCode = StatusCodes.Status202Accepted;
        }
    }

    private async Task ListenAsync(HttpContext context, CancellationToken cancellationToken)
    {
        if (await FindAsync(context, null) is not { } session)
            return;
        JsonRpcBody.Stream(context.Response);
        await session.HandleGetRequestAsync(context.Response.Body, cancellationToken);
    }

    private async Task EndAsync(HttpContext context)
    {
        if (await FindAsync(context, null) is { } session && _sessions.TryRemove(session.SessionId!, out _))
            await session.DisposeAsync();
    }

    private StreamableHttpServerTransport Begin(HttpContext context)
    {
        var session = new StreamableHttpServerTransport { SessionId = Guid.NewGuid().ToString("N") };
        _sessions[session.SessionId] = session;
        context.Response.Headers[SessionHeader] = session.SessionId;
        _ = ServeAsync(session);
        return session;
    }

    private async Task ServeAsync(StreamableHttpServerTransport session)
    {
        try
        {
            await _server.ServeUngatedAsync(session, _ending);
        }
        catch (OperationCanceledException)
        {
            // The program ends.
        }
        finally
        {
            _sessions.TryRemove(session.SessionId!, out _);
        }
    }

    private async Task<StreamableHttpServerTransport?> FindAsync(HttpContext context, JsonRpcMessage? message)
    {
        var id = context.Request.Headers[SessionHeader].ToString();
        if (id.Length > 0 && _sessions.TryGetValue(id, out var session))
            return session;
        var (status, text) = id.Length == 0
            ? (StatusCodes.Status400BadRequest, $"{SessionHeader} is missing")
            : (StatusCodes.Status404NotFound, "Session not found");
        await JsonRpcBody.RefuseAsync(context, status, -32001, text, (message as JsonRpcRequest)?.Id ?? default);
        return null;
    }
}
