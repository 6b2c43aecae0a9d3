using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Steward.Server.Api;

/// <summary>The edge of the API: every failure, and every request that nobody answers, becomes a problem document.</summary>
internal sealed class ProblemMiddleware(RequestDelegate next, ILogger<ProblemMiddleware> logger)
{
    public async Task InvokeAsync(HttpContext context)
    {
        try
        {
            await next(context);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            return; // nobody is left to answer
        }
        catch (BadHttpRequestException bad)
        {
            await AnswerAsync(context, ProblemKind.Of(bad.StatusCode), bad.Message);
            return;
        }
        catch (Exception failure)
        {
            logger.RequestFailed(context.Request.Method, context.Request.Path, failure);
            await AnswerAsync(context, ProblemKind.Internal, "Something went wrong; the daemon's log says what.");
            return;
        }

        if (context.Response is { HasStarted: false, StatusCode: >= 400, ContentType: null, ContentLength: null })
            await AnswerAsync(context, context.Response.StatusCode);
    }

    private static Task AnswerAsync(HttpContext context, int status) => status switch
    {
        StatusCodes.Status404NotFound => AnswerAsync(context, ProblemKind.NotFound,
            "There is nothing here. MCP clients connect to /mcp or /servers/{id}/mcp; the REST API is described at /api/v1/openapi.json."),
        StatusCodes.Status405MethodNotAllowed => AnswerAsync(context, ProblemKind.MethodNotAllowed,
            $"{context.Request.Method} is not possible here; allowed is {context.Response.Headers.Allow}."),
        StatusCodes.Status415UnsupportedMediaType => AnswerAsync(context, ProblemKind.UnsupportedMediaType, "Send the body as application/json."),
        _ => AnswerAsync(context, ProblemKind.Of(status), $"The request was refused with status {status}."),
    };

    private static Task AnswerAsync(HttpContext context, ProblemKind kind, string detail) =>
        context.Response.HasStarted ? Abort(context) : Problem.WriteAsync(context, kind, detail);

    /// <summary>Half an answer is out: only a broken connection tells the client that the rest will not come.</summary>
    private static Task Abort(HttpContext context)
    {
        context.Abort();
        return Task.CompletedTask;
    }
}
