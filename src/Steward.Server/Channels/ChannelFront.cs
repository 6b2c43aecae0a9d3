using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Steward.Configuration;
using Steward.Gateway;
using Steward.Server.Mcp;

namespace Steward.Server.Channels;

/// <summary>
/// WebSocket and HTTP+SSE: <c>/ws</c>, <c>/sse</c> and <c>/messages</c> for all servers, the same below <c>/servers/{id}</c> for one
/// and below <c>/groups/{name}</c> for a group.
/// </summary>
internal sealed class ChannelFront
{
    private readonly McpGateway _gateway;
    private readonly ClientGate _gate;
    private readonly ChannelTable _channels;
    private readonly SseEndpoint _sse;
    private readonly WebSocketEndpoint _webSockets;

    public ChannelFront(McpGateway gateway, GatewayLimits limits, ClientGate gate, TimeProvider clock, ILoggerFactory loggers)
    {
        var logger = loggers.CreateLogger("Steward.Server.Channels");
        (_gateway, _gate) = (gateway, gate);
        _channels = new ChannelTable(limits.Sessions);
        _sse = new SseEndpoint(gateway, _channels, limits, logger);
        _webSockets = new WebSocketEndpoint(gateway, _channels, limits, clock, logger);
    }

    /// <summary>Puts the front before what follows. Its channels end as soon as the application begins to stop.</summary>
    public void Use(WebApplication app)
    {
        app.UseWhen(context => context.Request.Path.Value?.EndsWith("/ws", StringComparison.Ordinal) ?? false, branch => branch.UseWebSockets());
        app.Use(InvokeAsync);
        app.Lifetime.ApplicationStopping.Register(_channels.CloseAll);
    }

    /// <summary>Handles the request if its path is one of ours; else the next in line does.</summary>
    private Task InvokeAsync(HttpContext context, RequestDelegate next) =>
        ChannelPath.TryParse(context.Request.Path.Value ?? "", out var path) ? HandleAsync(context, path) : next(context);

    private Task HandleAsync(HttpContext context, ChannelPath path)
    {
        Cors.Apply(context);
        if (HttpMethods.IsOptions(context.Request.Method))
            return Cors.AnswerPreflight(context);
        if (!_gate.TryIdentify(context.Request, out var principal))
            return McpErrors.UnauthorizedAsync(context);
        if (_gateway.Find(path.Target) is not { } endpoint)
            return McpErrors.UnknownTargetAsync(context, path.Target, _gateway);

        var method = path.Kind == ChannelPathKind.Messages ? HttpMethods.Post : HttpMethods.Get;
        if (!HttpMethods.Equals(context.Request.Method, method))
        {
            context.Response.Headers.Allow = $"{method}, OPTIONS";
            return McpErrors.WriteAsync(context, StatusCodes.Status405MethodNotAllowed, McpErrors.InvalidRequest, $"{context.Request.Method} is not possible here; use {method}.");
        }

        return path.Kind switch
        {
            ChannelPathKind.WebSocket => _webSockets.ServeAsync(context, endpoint, principal),
            ChannelPathKind.Events => _sse.ServeAsync(context, endpoint, principal, path.MessagesPath),
            _ => _sse.ReceiveAsync(context, endpoint, principal),
        };
    }
}
