using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Steward.Server.Mcp;

/// <summary>Lets pages in browsers speak to the gateway. Which origins may at all was decided before, for every path.</summary>
internal static class Cors
{
    private const string ParameterPrefix = "Mcp-Param-";
    private const string Allowed = "Content-Type, Accept, Authorization, Mcp-Session-Id, MCP-Protocol-Version, Last-Event-ID, Mcp-Method, Mcp-Name";

    public static void Apply(HttpContext context)
    {
        var origin = context.Request.Headers.Origin;
        if (StringValues.IsNullOrEmpty(origin))
            return;
        var headers = context.Response.Headers;
        headers.AccessControlAllowOrigin = origin;
        headers.Vary = "Origin";
        headers.AccessControlExposeHeaders = "Mcp-Session-Id, MCP-Protocol-Version, WWW-Authenticate";
    }

    public static Task AnswerPreflight(HttpContext context)
    {
        var headers = context.Response.Headers;
        headers.AccessControlAllowMethods = "GET, POST, DELETE, OPTIONS";
        // Parameters of tools in headers have names of the servers' making: those that are asked for are allowed.
        var parameters = context.Request.Headers.AccessControlRequestHeaders.ToString().Split(',', StringSplitOptions.TrimEntries)
            .Where(header => header.StartsWith(ParameterPrefix, StringComparison.OrdinalIgnoreCase));
        headers.AccessControlAllowHeaders = string.Join(", ", (IEnumerable<string>)[Allowed, .. parameters]);
        headers.AccessControlMaxAge = "3600";
        context.Response.StatusCode = StatusCodes.Status204NoContent;
        return Task.CompletedTask;
    }
}
