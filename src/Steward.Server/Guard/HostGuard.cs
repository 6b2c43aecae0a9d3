using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Primitives;
using Steward.Server.Api;

namespace Steward.Server.Guard;

/// <summary>Refuses requests that call us by a foreign name or come from a foreign web page, on every route.</summary>
internal sealed class HostGuard(RequestDelegate next, HostAllowList allowed, ILogger<HostGuard> logger)
{
    private static readonly StringValues ExposedHeaders = "Mcp-Session-Id, MCP-Protocol-Version, WWW-Authenticate";
    private static readonly StringValues PreflightMethods = "GET, POST, DELETE";
    private static readonly StringValues PreflightHeaders =
        "Authorization, Content-Type, Accept, Last-Event-ID, Mcp-Session-Id, MCP-Protocol-Version, Mcp-Method, Mcp-Name";

    public Task InvokeAsync(HttpContext context)
    {
        var headers = context.Request.Headers;
        var host = headers.Host.Count == 1 ? headers.Host[0] : null;
        if (host is null || !allowed.AllowsHost(host))
            return RefuseHost(context, host);

        var origin = headers.Origin;
        if (origin.Count == 0)
            return next(context);
        if (origin.Count > 1 || origin[0] is not { } page || !allowed.AllowsOrigin(page))
            return RefuseOrigin(context, origin.ToString());
        return allowed.IsDeclaredOrigin(page) ? ShareAsync(context, origin) : next(context);
    }

    private Task RefuseHost(HttpContext context, string? host)
    {
        logger.HostRefused(host ?? "");
        return Problem.WriteAsync(context, StatusCodes.Status403Forbidden, "Host not allowed",
            $"The Host header names '{Clip(host)}', which is not a name of this daemon. Call it by the address it listens on, or add the name to gateway.allowedHosts.");
    }

    private Task RefuseOrigin(HttpContext context, string origin)
    {
        logger.OriginRefused(origin);
        return Problem.WriteAsync(context, StatusCodes.Status403Forbidden, "Origin not allowed",
            $"Web pages of '{Clip(origin)}' may not call this daemon. If they should, add the origin to gateway.allowedOrigins.");
    }

    /// <summary>Tells the browser that this page's scripts may read the answer. Pages of this machine may call, but not read.</summary>
    private Task ShareAsync(HttpContext context, StringValues origin)
    {
        var headers = context.Response.Headers;
        headers.AccessControlAllowOrigin = origin;
        headers.AccessControlExposeHeaders = ExposedHeaders;
        headers.Append("Vary", "Origin");
        if (!HttpMethods.IsOptions(context.Request.Method) || context.Request.Headers.AccessControlRequestMethod.Count == 0)
            return next(context);

        headers.AccessControlAllowMethods = PreflightMethods;
        headers.AccessControlAllowHeaders = PreflightHeaders;
        context.Response.StatusCode = StatusCodes.Status204NoContent;
        return Task.CompletedTask;
    }

    private static string Clip(string? text) => text is { Length: > 200 } ? text[..200] : text ?? "";
}
