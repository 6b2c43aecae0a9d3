using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Steward.Configuration;
using Steward.Registry;
using Steward.Supervision;

namespace Steward.Server.Api;

/// <summary>What the registry refuses, as answers of the API.</summary>
internal static class RegistryProblems
{
    /// <summary>Does something with the registry, and makes an answer of what it refuses.</summary>
    public static async Task<IResult> AnswerAsync(Func<Task<IResult>> act)
    {
        try
        {
            return await act();
        }
        catch (Exception refused) when (Describe(refused) is { } known)
        {
            return known;
        }
    }

    private static ProblemHttpResult? Describe(Exception refused) => refused switch
    {
        JsonException malformed => Create(StatusCodes.Status400BadRequest, "Bad request", $"The body is no JSON: {malformed.Message}"),
        ConfigException unusable => Create(StatusCodes.Status400BadRequest, "Definition refused", string.Join('\n', unusable.Problems.Select(problem => $"{problem.Path}: {problem.Message}. {problem.Mend}"))),
        ConnectionTestException failed => Create(StatusCodes.Status422UnprocessableEntity, "Connection test failed", failed.Message),
        UnknownServerException unknown => Create(StatusCodes.Status404NotFound, "Unknown server", unknown.Message),
        ServerExistsException or DeclaredServerException or ServerUpdateException => Create(StatusCodes.Status409Conflict, "Not possible now", refused.Message),
        RegistryException unavailable => Create(StatusCodes.Status503ServiceUnavailable, "Registry not available", unavailable.Message),
        _ => null,
    };

    private static ProblemHttpResult Create(int status, string title, string detail) => TypedResults.Problem(detail, statusCode: status, title: title);
}
