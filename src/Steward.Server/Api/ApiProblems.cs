using Microsoft.AspNetCore.Http.HttpResults;
using Steward.Configuration;
using Steward.Configuration.Parsing;
using Steward.Gateway;
using Steward.Supervision;
using Steward.Upstreams;
using Steward.Wire;

namespace Steward.Server.Api;

/// <summary>What the API answers when it cannot do what was asked, with the mend in its words.</summary>
internal static class ApiProblems
{
    public static ProblemHttpResult UnknownServer(string id, McpServerManager manager)
    {
        var mend = Suggest(id, [.. manager.Servers.Select(server => server.Config.Id)]);
        return Problem.Create(ProblemKind.UnknownServer, $"There is no server '{id}'. {mend}", mend);
    }

    public static ProblemHttpResult UnknownTool(string server, string tool, IReadOnlyCollection<string> known)
    {
        var mend = Suggest(tool, known);
        return Problem.Create(ProblemKind.UnknownTool, $"Server '{server}' has no tool '{tool}'. {mend}", mend);
    }

    /// <summary>A server that comes up by itself is worth a second try.</summary>
    public static ProblemHttpResult NotRunning(ServerStatus status, TimeProvider time) =>
        NotRunning(status.Id, status.State, Relay.Unavailable(status, time));

    public static ProblemHttpResult NotRunning(string id, ServerState state, string detail) => state switch
    {
        ServerState.Starting or ServerState.Restarting => Problem.Create(ProblemKind.ServerComing, detail, $"'steward start {id}' waits until it runs."),
        ServerState.Disabled => Problem.Create(ProblemKind.ServerNotRunning, detail, $"'steward enable {id}' lets it start."),
        ServerState.Crashed or ServerState.FailedToStart => Problem.Create(ProblemKind.ServerNotRunning, detail, $"'steward logs {id}' shows what it said.", $"'steward start {id}' starts it."),
        _ => Problem.Create(ProblemKind.ServerNotRunning, detail, $"'steward start {id}' starts it."),
    };

    public static ProblemHttpResult Conflict(string detail) => Problem.Create(ProblemKind.Conflict, detail);

    public static ProblemHttpResult LoginFailed(string server, string reason) =>
        Problem.Create(ProblemKind.LoginFailed, $"The login to server '{server}' failed: {reason}.", $"'steward login {server}' begins another.");

    public static ProblemHttpResult ConfigurationUnusable(ConfigException unusable) =>
        Problem.Create(ProblemKind.ConfigurationUnusable, unusable.Message, Mends(unusable));

    public static ProblemHttpResult Invalid(string detail) => Problem.Create(ProblemKind.BadRequest, detail);

    /// <summary>The server refused a call, or did not answer it.</summary>
    public static ProblemHttpResult Failed(string server, UpstreamErrorException failure) => failure.Code switch
    {
        // It went after it was asked: whether it has done that is not known.
        JsonRpcErrorCode.ServerUnavailable => Problem.Create(ProblemKind.ServerLost, failure.Message, $"'steward logs {server}' shows what it said."),
        JsonRpcErrorCode.RequestTimeout => Problem.Create(ProblemKind.ServerTimeout, failure.Message, $"Raise requestTimeoutMs of '{server}' if it only needs longer."),
        JsonRpcErrorCode.InvalidParams => Problem.Create(ProblemKind.ArgumentsRefused, $"Server '{server}' refused the call: {failure.Message}", $"'steward tools {server} --json' shows what its tools take."),
        _ => Problem.Create(ProblemKind.ServerError, $"Server '{server}' answered with error {failure.Code}: {failure.Message}"),
    };

    /// <summary>What mends a configuration, each problem at its place.</summary>
    public static string[] Mends(ConfigException unusable) => [.. unusable.Problems.Select(problem => $"{problem.Path}: {problem.Mend}")];

    private static string Suggest(string name, IReadOnlyCollection<string> known) =>
        NearestName.Among(name, known) is { } nearest ? $"Did you mean '{nearest}'?"
        : known.Count == 0 ? "There are none."
        : $"There are: {string.Join(", ", known.Take(20))}{(known.Count > 20 ? ", …" : "")}.";
}
