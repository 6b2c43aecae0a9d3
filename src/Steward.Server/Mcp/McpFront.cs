using Microsoft.AspNetCore.Http;
using Steward.Configuration;
using Steward.Gateway;

namespace Steward.Server.Mcp;

/// <summary>
/// Streamable HTTP for clients of both eras: <c>/mcp</c> for all servers, <c>/servers/{id}/mcp</c> for one,
/// <c>/groups/{name}/mcp</c> for a group.
/// See <see href="https://modelcontextprotocol.io/specification/2025-11-25/basic/transports#streamable-http"/> and
/// <see href="https://modelcontextprotocol.io/specification/2026-07-28/basic/transports/streamable-http"/>.
/// </summary>
internal sealed class McpFront
{
    private const string Suffix = "/mcp";

    private readonly McpGateway _gateway;
    private readonly ClientTokens _tokens;
    private readonly McpPost _post;

    public McpFront(McpGateway gateway, GatewayLimits limits, ClientTokens tokens)
    {
        (_gateway, _tokens) = (gateway, tokens);
        _post = new McpPost(gateway, limits);
    }

    /// <summary>Handles the request if its path is one of ours; else the next in line does.</summary>
    public Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        var path = context.Request.Path.Value ?? "";
        return path.EndsWith(Suffix, StringComparison.Ordinal) && GatewayTarget.TryParse(path.AsSpan(0, path.Length - Suffix.Length), out var target)
            ? HandleAsync(context, target)
            : next(context);
    }

    private Task HandleAsync(HttpContext context, GatewayTarget target)
    {
        Cors.Apply(context);
        if (HttpMethods.IsOptions(context.Request.Method))
            return Cors.AnswerPreflight(context);
        if (!_tokens.TryIdentify(context.Request, out var principal))
            return McpErrors.UnauthorizedAsync(context);
        if (_gateway.Find(target) is not { } endpoint)
            return McpErrors.UnknownTargetAsync(context, target, _gateway);
        if (HttpMethods.IsPost(context.Request.Method))
            return _post.HandleAsync(context, endpoint, principal);
        if (ModernPost.Takes(context.Request.Headers))
            return ModernPost.RefuseMethodAsync(context);
        if (HttpMethods.IsGet(context.Request.Method))
            return GetAsync(context, endpoint, principal);
        if (HttpMethods.IsDelete(context.Request.Method))
            return DeleteAsync(context, endpoint, principal);

        context.Response.Headers.Allow = "POST, GET, DELETE, OPTIONS";
        return McpErrors.WriteAsync(context, StatusCodes.Status405MethodNotAllowed, McpErrors.InvalidRequest, $"{context.Request.Method} is not possible here; use POST, GET or DELETE.");
    }

    private Task GetAsync(HttpContext context, GatewayEndpoint endpoint, string? principal)
    {
        if (!McpHeaders.Accepts(context.Request, "text/event-stream"))
            return McpErrors.WriteAsync(context, StatusCodes.Status406NotAcceptable, McpErrors.InvalidRequest, "GET opens a stream: Accept must list text/event-stream.");
        return McpHeaders.TryFindSession(context, _gateway.Sessions, endpoint, principal, out var session, out var refusal)
            ? McpStream.ServeGetAsync(context, session)
            : refusal;
    }

    private Task DeleteAsync(HttpContext context, GatewayEndpoint endpoint, string? principal)
    {
        if (!McpHeaders.TryFindSession(context, _gateway.Sessions, endpoint, principal, out var session, out var refusal))
            return refusal;
        _gateway.Close(session, "its client said so");
        context.Response.StatusCode = StatusCodes.Status200OK;
        return Task.CompletedTask;
    }
}
