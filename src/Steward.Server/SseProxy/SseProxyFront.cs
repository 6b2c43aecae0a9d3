using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Steward.Configuration;
using Steward.Server.Channels;
using Steward.Server.Mcp;

namespace Steward.Server.SseProxy;

/// <summary>The paths that clients of mcp_runner know: <c>/sse</c> and <c>/sse/messages</c>.</summary>
internal sealed class SseProxyFront
{
    private const string EventsPath = "/sse";
    private const string MessagesPath = "/sse/messages";

    private readonly StewardRuntime _runtime;
    private readonly ClientTokens _tokens;
    private readonly ChannelTable _channels;
    private readonly SseEndpoint _sse;
    private readonly ServerStatusEvents _statuses;

    public SseProxyFront(StewardRuntime runtime, GatewayLimits limits, ClientTokens tokens, ILogger logger)
    {
        (_runtime, _tokens) = (runtime, tokens);
        _channels = new ChannelTable(limits.Sessions);
        _sse = new SseEndpoint(runtime.Gateway, _channels, limits, logger);
        _statuses = new ServerStatusEvents(runtime.Manager, runtime.Gateway);
    }

    /// <summary>Makes the front what the application serves. Its streams end as soon as the application begins to stop.</summary>
    public void Use(WebApplication app)
    {
        app.Run(HandleAsync);
        app.Lifetime.ApplicationStopping.Register(_channels.CloseAll);
    }

    private Task HandleAsync(HttpContext context)
    {
        Cors.Apply(context);
        var (path, method) = (context.Request.Path.Value, context.Request.Method);
        if (HttpMethods.IsOptions(method))
            return Cors.AnswerPreflight(context);
        if (!_tokens.TryIdentify(context.Request, out var principal))
            return McpErrors.UnauthorizedAsync(context);

        var endpoint = _runtime.Gateway.Proxied;
        return (path, method) switch
        {
            (EventsPath, "GET") => _sse.ServeAsync(context, endpoint, principal, MessagesPath, _statuses.WriteAsync),
            (MessagesPath, "POST") => _sse.ReceiveAsync(context, endpoint, principal),
            (EventsPath or MessagesPath, _) => RefuseMethodAsync(context, path == EventsPath ? "GET" : "POST"),
            _ => McpErrors.WriteAsync(context, StatusCodes.Status404NotFound, McpErrors.InvalidRequest, $"There is nothing here; GET {EventsPath} opens a stream of events."),
        };
    }

    private static Task RefuseMethodAsync(HttpContext context, string allowed)
    {
        context.Response.Headers.Allow = $"{allowed}, OPTIONS";
        return McpErrors.WriteAsync(context, StatusCodes.Status405MethodNotAllowed, McpErrors.InvalidRequest, $"{context.Request.Method} is not possible here; use {allowed}.");
    }
}
