using System.ComponentModel;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Steward.Configuration;
using Steward.Supervision;
using Steward.Upstreams.Auth;
using Steward.Upstreams.Remote;

namespace Steward.Server.Api;

/// <summary>Logging in to remote servers: a person begins it here, and comes back from the authorization server to the redirect path.</summary>
internal static class LoginEndpoints
{
    public static void MapLogins(this IEndpointRouteBuilder api)
    {
        var login = api.MapGroup("/servers/{id}/login").WithTags("servers").ProducesProblem(StatusCodes.Status404NotFound);
        login.MapPost("/", BeginAsync).WithName("beginLogin")
            .WithSummary("Begins a login to a remote server that wants OAuth, and says where to log in. It waits ten minutes for the browser.")
            .ProducesProblem(StatusCodes.Status409Conflict).ProducesProblem(StatusCodes.Status502BadGateway);
        login.MapGet("/", WaitAsync).WithName("waitForLogin")
            .WithSummary("Waits for the end of a login under way, then until the server runs or has failed.")
            .ProducesProblem(StatusCodes.Status409Conflict).ProducesProblem(StatusCodes.Status502BadGateway);
        login.MapDelete("/", ForgetAsync).WithName("logout")
            .WithSummary("Forgets the tokens of a remote server, and has its authorization server revoke them. A running server is stopped.")
            .ProducesProblem(StatusCodes.Status409Conflict);
    }

    /// <summary>Where browsers come back to. Anybody may call it; only what an authorization server was told is of use here.</summary>
    public static void MapLoginRedirect(this IEndpointRouteBuilder routes) =>
        routes.MapGet(AuthorizationHost.RedirectPath, RedirectAsync).ExcludeFromDescription();

    private static async Task<Results<Ok<LoginAddress>, ProblemHttpResult>> BeginAsync(
        [Description("The server's id")] string id, McpServerManager manager, LoginDesk desk, CancellationToken aborted)
    {
        if (Find(manager, id) is not { } server)
            return ApiProblems.UnknownServer(id, manager);
        try
        {
            return TypedResults.Ok(new LoginAddress((await desk.BeginAsync(server, aborted)).AbsoluteUri));
        }
        catch (Exception impossible) when (impossible is InvalidOperationException or VariableException)
        {
            return ApiProblems.Conflict(impossible.Message);
        }
        catch (RemoteRefusalException refusal)
        {
            return ApiProblems.LoginFailed(id, refusal.Message);
        }
    }

    private static async Task<Results<Ok<ServerStatus>, ProblemHttpResult>> WaitAsync(
        [Description("The server's id")] string id, McpServerManager manager, LoginDesk desk, CancellationToken aborted)
    {
        if (Find(manager, id) is not { } server)
            return ApiProblems.UnknownServer(id, manager);
        if (await desk.WaitAsync(id, aborted) is { } failure)
            return ApiProblems.LoginFailed(id, failure);
        return server.Disabled
            ? TypedResults.Ok(manager.FindStatus(id)!)
            : TypedResults.Ok(await manager.TryStartServerAsync(id, aborted));
    }

    private static async Task<Results<Ok<ServerStatus>, ProblemHttpResult>> ForgetAsync(
        [Description("The server's id")] string id, McpServerManager manager, LoginDesk desk, CancellationToken aborted)
    {
        if (Find(manager, id) is not { } server)
            return ApiProblems.UnknownServer(id, manager);
        try
        {
            await desk.LogoutAsync(server, aborted);
        }
        catch (Exception impossible) when (impossible is InvalidOperationException or VariableException)
        {
            return ApiProblems.Conflict(impossible.Message);
        }

        return TypedResults.Ok(await manager.StopServerAsync(id, aborted));
    }

    private static async Task RedirectAsync(HttpContext context, LoginDesk desk, McpServerManager manager)
    {
        var response = context.Response;
        response.ContentType = RedirectPage.ContentType;
        response.Headers.CacheControl = "no-store";
        response.Headers["Referrer-Policy"] = "no-referrer"; // the address holds the code
        var (isKnown, failure) = await desk.AnswerAsync(context.Request.QueryString.Value ?? "", context.RequestAborted);
        if (!isKnown)
            response.StatusCode = StatusCodes.Status404NotFound;
        await response.WriteAsync(!isKnown ? RedirectPage.Unknown : failure is null ? RedirectPage.Done : RedirectPage.Failed(failure), context.RequestAborted);
    }

    private static ServerConfig? Find(McpServerManager manager, string id) => manager.Servers.FirstOrDefault(server => server.Config.Id == id)?.Config;
}
