using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Steward.Configuration;
using Steward.Server.Reload;

namespace Steward.Server.Api;

/// <summary><c>/config</c>: the configuration file, what it would change, and changing it.</summary>
internal static class ConfigEndpoints
{
    public static void MapConfig(this IEndpointRouteBuilder api)
    {
        var config = api.MapGroup("/config").WithTags("configuration");
        config.MapGet("/", (ConfigReload reload) => TypedResults.Ok(reload.State))
            .WithName("getConfig").WithSummary("The configuration file: whether it is followed, why it cannot be used, what waits for a restart of the daemon.");
        config.MapPost("/plan", (ConfigReload reload, ConfigRequest? request) => Plan(reload, request?.File))
            .WithName("planConfig").WithSummary("What the file, or another one, would change now. Nothing is done.")
            .ProducesProblem(StatusCodes.Status409Conflict).ProducesProblem(StatusCodes.Status422UnprocessableEntity);
        config.MapPost("/apply", (ConfigReload reload, ConfigRequest? request, CancellationToken aborted) => ApplyAsync(reload, request?.File, aborted))
            .WithName("applyConfig").WithSummary("Makes the servers what the file, or another one, says, and waits until each that changes has come to something.")
            .ProducesProblem(StatusCodes.Status409Conflict).ProducesProblem(StatusCodes.Status422UnprocessableEntity);
    }

    private static Results<Ok<PlanView>, ProblemHttpResult> Plan(ConfigReload reload, string? file)
    {
        if (Refuse(file) is { } refusal)
            return refusal;
        try
        {
            return TypedResults.Ok(PlanView.Of(reload.Plan(file)));
        }
        catch (ConfigException unusable)
        {
            return ApiProblems.ConfigurationUnusable(unusable);
        }
        catch (InvalidOperationException none)
        {
            return ApiProblems.Conflict(none.Message);
        }
    }

    private static async Task<Results<Ok<ApplyView>, ProblemHttpResult>> ApplyAsync(ConfigReload reload, string? file, CancellationToken aborted)
    {
        if (Refuse(file) is { } refusal)
            return refusal;
        try
        {
            var applied = await reload.ApplyAsync(file, aborted);
            return TypedResults.Ok(new ApplyView(PlanView.Of(applied.Plan), applied.Outcomes));
        }
        catch (ConfigException unusable)
        {
            return ApiProblems.ConfigurationUnusable(unusable);
        }
        catch (InvalidOperationException refused) // ObjectDisposedException is one: the daemon stops
        {
            return ApiProblems.Conflict(refused.Message);
        }
    }

    /// <summary>The daemon's folder is not the caller's.</summary>
    private static ProblemHttpResult? Refuse(string? file) =>
        file is null || Path.IsPathFullyQualified(file) ? null : ApiProblems.Invalid("file must be an absolute path.");
}
