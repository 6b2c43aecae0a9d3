using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Steward.Server.Api;

namespace Steward.Server.Guard;

/// <summary>Refuses requests that call us by a foreign name or come from a foreign web page, on every route.</summary>
internal sealed class HostGuard(RequestDelegate next, HostAllowList allowed, ILogger<HostGuard> logger)
{
    public Task InvokeAsync(HttpContext context)
    {
        var headers = context.Request.Headers;
        var host = headers.Host.Count == 1 ? headers.Host[0] : null;
        if (host is null || !allowed.AllowsHost(host))
            return RefuseHost(context, host);

        var origin = headers.Origin;
        if (origin.Count == 0)
            return next(context);
        return origin.Count == 1 && origin[0] is { } page && allowed.AllowsOrigin(page)
            ? next(context)
            : RefuseOrigin(context, origin.ToString());
    }

    private Task RefuseHost(HttpContext context, string? host)
    {
        logger.HostRefused(host ?? "");
        return Problem.WriteAsync(context, ProblemKind.HostNotAllowed,
            $"The Host header names '{Clip(host)}', which is not a name of this daemon. Call it by the address it listens on, or add the name to gateway.allowedHosts.");
    }

    private Task RefuseOrigin(HttpContext context, string origin)
    {
        logger.OriginRefused(origin);
        return Problem.WriteAsync(context, ProblemKind.OriginNotAllowed,
            $"Web pages of '{Clip(origin)}' may not call this daemon. If they should, add the origin to gateway.allowedOrigins.");
    }

    private static string Clip(string? text) => text is { Length: > 200 } ? text[..200] : text ?? "";
}
