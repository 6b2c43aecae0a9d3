using Microsoft.AspNetCore.Http;
using Steward.Gateway;
using Steward.Wire;

namespace Steward.Server.Mcp;

/// <summary>Refusals: an HTTP status, and a JSON-RPC error that says why.</summary>
internal static class McpErrors
{
    public const int InvalidRequest = JsonRpcErrorCode.InvalidRequest;

    /// <summary>The code that the official SDKs use.</summary>
    public const int SessionNotFound = -32001;

    public static Task UnauthorizedAsync(HttpContext context)
    {
        context.Response.Headers.WWWAuthenticate = "Bearer";
        return WriteAsync(context, StatusCodes.Status401Unauthorized, InvalidRequest, "This gateway needs a token: Authorization: Bearer TOKEN (gateway.auth.bearer.tokens).");
    }

    public static Task UnknownTargetAsync(HttpContext context, GatewayTarget target, McpGateway gateway)
    {
        string[] known = [.. target.Kind == GatewayTargetKind.Group ? gateway.Groups.Select(view => view.Group!.Name) : gateway.Servers.All.Select(server => server.Id)];
        return WriteAsync(context, StatusCodes.Status404NotFound, InvalidRequest, $"There is no {target} here; there {(known.Length == 0 ? "are none" : $"are: {string.Join(", ", known)}")}.");
    }

    /// <summary>Refuses a request whose id is not known.</summary>
    public static Task WriteAsync(HttpContext context, int status, int code, string message) => WriteAsync(context, status, default, code, message);

    public static Task WriteAsync(HttpContext context, int status, ReadOnlySpan<byte> id, int code, string message) =>
        WriteJsonAsync(context, status, JsonRpcWriter.Error(id, code, message));

    public static Task WriteJsonAsync(HttpContext context, int status, byte[] json)
    {
        var response = context.Response;
        response.StatusCode = status;
        response.ContentType = "application/json";
        response.ContentLength = json.Length;
        return response.BodyWriter.WriteAsync(json).AsTask();
    }
}
