using System.Text.Json;
using Microsoft.AspNetCore.Http;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;

namespace Steward.TestServer.Web;

/// <summary>Messages in the bodies of requests and responses.</summary>
internal static class JsonRpcBody
{
    /// <summary>Reads the message of a request; answers the request and returns null if it has none.</summary>
    public static async Task<JsonRpcMessage?> ReadAsync(HttpContext context)
    {
        try
        {
            return await JsonSerializer.DeserializeAsync<JsonRpcMessage>(context.Request.Body, McpJsonUtilities.DefaultOptions, context.RequestAborted)
                ?? throw new JsonException("null is no message");
        }
        catch (JsonException error)
        {
            await RefuseAsync(context, StatusCodes.Status400BadRequest, -32700, error.Message);
            return null;
        }
    }

    public static Task RefuseAsync(HttpContext context, int status, int code, string message, RequestId id = default) =>
        WriteAsync(context, status, new JsonRpcError { Id = id, Error = new() { Code = code, Message = message } });

    public static Task WriteAsync(HttpContext context, int status, JsonRpcMessage message)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        return JsonSerializer.SerializeAsync(context.Response.Body, message, McpJsonUtilities.DefaultOptions, context.RequestAborted);
    }

    /// <summary>Makes the response a stream of events.</summary>
    public static void Stream(HttpResponse response)
    {
        response.ContentType = "text/event-stream";
        response.Headers.CacheControl = "no-cache,no-store";
    }
}
