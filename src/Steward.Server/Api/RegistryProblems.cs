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
        JsonException malformed => Problem.Create(ProblemKind.BadRequest, $"The body is no JSON: {malformed.Message}"),
        ConfigException unusable => Problem.Create(ProblemKind.DefinitionRefused, string.Join('\n', unusable.Problems.Select(problem => $"{problem.Path}: {problem.Message}. {problem.Mend}")), ApiProblems.Mends(unusable)),
        ConnectionTestException failed => Problem.Create(ProblemKind.ConnectionTestFailed, failed.Message),
        UnknownServerException unknown => Problem.Create(ProblemKind.UnknownServer, unknown.Message),
        ServerExistsException or DeclaredServerException or ServerUpdateException => Problem.Create(ProblemKind.Conflict, refused.Message),
        NewerRegistryException newer => Problem.Create(ProblemKind.RegistryUnavailable with { Retryable = false }, newer.Message),
        RegistryException unavailable => Problem.Create(ProblemKind.RegistryUnavailable, unavailable.Message),
        _ => null,
    };
}
