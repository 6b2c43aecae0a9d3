using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;

namespace Steward.Server.Api;

/// <summary>Answers with an error as <c>application/problem+json</c> (RFC 9457) where no endpoint is there to do it.</summary>
internal static class Problem
{
    public static Task WriteAsync(HttpContext context, int status, string title, string detail)
    {
        var problem = new ProblemDetails { Status = status, Title = title, Detail = detail };
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/problem+json";
        var body = JsonSerializer.SerializeToUtf8Bytes(problem, ApiJson.Default.ProblemDetails);
        context.Response.ContentLength = body.Length;
        // An answer to HEAD has no body; Kestrel drops it.
        return context.Response.Body.WriteAsync(body, context.RequestAborted).AsTask();
    }
}
