using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Steward.Configuration;
using Steward.Configuration.Parsing;
using Steward.Upstreams;
using Steward.Wire;

namespace Steward.Server.Api;

/// <summary>What the API answers when it cannot do what was asked, with the mend in its words.</summary>
internal static class ApiProblems
{
    public static ProblemHttpResult UnknownServer(string id, McpServerManager manager) =>
        Create(StatusCodes.Status404NotFound, "Unknown server", $"There is no server '{id}'. {Suggest(id, [.. manager.Servers.Select(server => server.Config.Id)])}");

    public static ProblemHttpResult UnknownTool(string server, string tool, IReadOnlyCollection<string> known) =>
        Create(StatusCodes.Status404NotFound, "Unknown tool", $"Server '{server}' has no tool '{tool}'. {Suggest(tool, known)}");

    public static ProblemHttpResult NotRunning(string detail) =>
        Create(StatusCodes.Status503ServiceUnavailable, "Server not running", detail);

    public static ProblemHttpResult Conflict(string detail) => Create(StatusCodes.Status409Conflict, "Not possible now", detail);

    public static ProblemHttpResult LoginFailed(string server, string reason) =>
        Create(StatusCodes.Status502BadGateway, "Login failed", $"The login to server '{server}' failed: {reason}.");

    public static ProblemHttpResult ConfigurationUnusable(ConfigException unusable) =>
        Create(StatusCodes.Status422UnprocessableEntity, "Configuration unusable", unusable.Message);

    public static ProblemHttpResult Invalid(string detail) => Create(StatusCodes.Status400BadRequest, "Bad request", detail);

    /// <summary>The server refused a call, or did not answer it.</summary>
    public static ProblemHttpResult Failed(string server, UpstreamErrorException failure) => failure.Code switch
    {
        JsonRpcErrorCode.ServerUnavailable => NotRunning(failure.Message),
        JsonRpcErrorCode.RequestTimeout => Create(StatusCodes.Status504GatewayTimeout, "Server did not answer", failure.Message),
        JsonRpcErrorCode.InvalidParams => Create(StatusCodes.Status422UnprocessableEntity, "Arguments refused", $"Server '{server}' refused the call: {failure.Message}"),
        _ => Create(StatusCodes.Status502BadGateway, "Server error", $"Server '{server}' answered with error {failure.Code}: {failure.Message}"),
    };

    private static ProblemHttpResult Create(int status, string title, string detail) => TypedResults.Problem(detail, statusCode: status, title: title);

    private static string Suggest(string name, IReadOnlyCollection<string> known) =>
        NearestName.Among(name, known) is { } nearest ? $"Did you mean '{nearest}'?"
        : known.Count == 0 ? "There are none."
        : $"There are: {string.Join(", ", known.Take(20))}{(known.Count > 20 ? ", …" : "")}.";
}
