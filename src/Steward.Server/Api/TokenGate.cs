using Microsoft.AspNetCore.Http;
using Steward.Server.Daemon;

namespace Steward.Server.Api;

/// <summary>Lets nobody without the token to the REST API, which can start programs, or to the metrics.</summary>
internal sealed class TokenGate(RequestDelegate next, ApiToken token)
{
    private const string Scheme = "Bearer ";

    public Task InvokeAsync(HttpContext context)
    {
        var path = context.Request.Path;
        if (!path.StartsWithSegments("/api") && !path.StartsWithSegments("/metrics"))
            return next(context);

        var header = context.Request.Headers.Authorization;
        if (header.Count == 1 && header[0] is { } given && given.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) && token.Matches(given[Scheme.Length..].Trim()))
            return next(context);

        context.Response.Headers.WWWAuthenticate = header.Count == 0
            ? "Bearer realm=\"steward\""
            : "Bearer realm=\"steward\", error=\"invalid_token\"";
        return Problem.WriteAsync(context, ProblemKind.Unauthorized,
            "Send 'Authorization: Bearer TOKEN'. The token stands in the file 'api-token' of the daemon's data directory.");
    }
}
