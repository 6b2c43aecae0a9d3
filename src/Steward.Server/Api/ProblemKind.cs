using Microsoft.AspNetCore.Http;

namespace Steward.Server.Api;

/// <summary>A kind of refusal, for programs that must tell one from another. Described in docs/api.md.</summary>
/// <param name="Status">The status of the answer.</param>
/// <param name="Title">What it is called for people.</param>
/// <param name="Code">What it is called for programs; never changed.</param>
/// <param name="Retryable">Whether nothing was done and the same request may succeed a little later, without anybody's doing.</param>
internal sealed record ProblemKind(int Status, string Title, string Code, bool Retryable = false)
{
    public static readonly ProblemKind BadRequest = new(StatusCodes.Status400BadRequest, "Bad request", "bad_request");
    public static readonly ProblemKind DefinitionRefused = new(StatusCodes.Status400BadRequest, "Definition refused", "definition_refused");
    public static readonly ProblemKind Unauthorized = new(StatusCodes.Status401Unauthorized, "Not authorised", "unauthorized");
    public static readonly ProblemKind HostNotAllowed = new(StatusCodes.Status403Forbidden, "Host not allowed", "host_not_allowed");
    public static readonly ProblemKind OriginNotAllowed = new(StatusCodes.Status403Forbidden, "Origin not allowed", "origin_not_allowed");
    public static readonly ProblemKind NotFound = new(StatusCodes.Status404NotFound, "Not found", "not_found");
    public static readonly ProblemKind UnknownServer = new(StatusCodes.Status404NotFound, "Unknown server", "unknown_server");
    public static readonly ProblemKind UnknownTool = new(StatusCodes.Status404NotFound, "Unknown tool", "unknown_tool");
    public static readonly ProblemKind MethodNotAllowed = new(StatusCodes.Status405MethodNotAllowed, "Method not allowed", "method_not_allowed");
    public static readonly ProblemKind Conflict = new(StatusCodes.Status409Conflict, "Not possible now", "not_possible_now");
    public static readonly ProblemKind UnsupportedMediaType = new(StatusCodes.Status415UnsupportedMediaType, "Unsupported media type", "unsupported_media_type");
    public static readonly ProblemKind ArgumentsRefused = new(StatusCodes.Status422UnprocessableEntity, "Arguments refused", "arguments_refused");
    public static readonly ProblemKind ConnectionTestFailed = new(StatusCodes.Status422UnprocessableEntity, "Connection test failed", "connection_test_failed");
    public static readonly ProblemKind ConfigurationUnusable = new(StatusCodes.Status422UnprocessableEntity, "Configuration unusable", "configuration_unusable");
    public static readonly ProblemKind Internal = new(StatusCodes.Status500InternalServerError, "Internal error", "internal_error");
    public static readonly ProblemKind ServerError = new(StatusCodes.Status502BadGateway, "Server error", "server_error");
    public static readonly ProblemKind LoginFailed = new(StatusCodes.Status502BadGateway, "Login failed", "login_failed");
    public static readonly ProblemKind ServerNotRunning = new(StatusCodes.Status503ServiceUnavailable, "Server not running", "server_not_running");
    public static readonly ProblemKind ServerComing = ServerNotRunning with { Retryable = true };
    public static readonly ProblemKind ServerLost = new(StatusCodes.Status503ServiceUnavailable, "Server lost", "server_lost");
    public static readonly ProblemKind RegistryUnavailable = new(StatusCodes.Status503ServiceUnavailable, "Registry not available", "registry_unavailable", Retryable: true);
    public static readonly ProblemKind ServerTimeout = new(StatusCodes.Status504GatewayTimeout, "Server did not answer", "server_timeout");

    /// <summary>The kind of a refusal that has no more to say than its status.</summary>
    public static ProblemKind Of(int status) => status switch
    {
        StatusCodes.Status400BadRequest => BadRequest,
        StatusCodes.Status404NotFound => NotFound,
        StatusCodes.Status405MethodNotAllowed => MethodNotAllowed,
        StatusCodes.Status415UnsupportedMediaType => UnsupportedMediaType,
        _ => new(status, "Request refused", "refused"),
    };
}
