using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace Steward.Server.Api;

/// <summary>An error of the API: <c>application/problem+json</c> (RFC 9457), with members for programs.</summary>
internal static class Problem
{
    /// <summary>As the answer of an endpoint.</summary>
    /// <param name="kind">What kind of refusal it is.</param>
    /// <param name="detail">What is wrong, for people.</param>
    /// <param name="hints">What mends it, each by itself.</param>
    public static ProblemHttpResult Create(ProblemKind kind, string detail, params string[] hints) => TypedResults.Problem(Describe(kind, detail, hints));

    /// <summary>Answers where no endpoint is there to do it.</summary>
    public static Task WriteAsync(HttpContext context, ProblemKind kind, string detail, params string[] hints)
    {
        context.Response.StatusCode = kind.Status;
        context.Response.ContentType = "application/problem+json";
        var body = JsonSerializer.SerializeToUtf8Bytes(Describe(kind, detail, hints), ApiJson.Default.ProblemDetails);
        context.Response.ContentLength = body.Length;
        // An answer to HEAD has no body; Kestrel drops it.
        return context.Response.Body.WriteAsync(body, context.RequestAborted).AsTask();
    }

    private static ProblemDetails Describe(ProblemKind kind, string detail, string[] hints)
    {
        var problem = new ProblemDetails { Status = kind.Status, Title = kind.Title, Detail = detail };
        problem.Extensions["code"] = kind.Code;
        problem.Extensions["retryable"] = kind.Retryable;
        if (hints.Length > 0)
            problem.Extensions["hints"] = hints;
        return problem;
    }
}
