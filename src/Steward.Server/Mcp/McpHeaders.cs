using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Steward.Gateway;
using Steward.Upstreams;

namespace Steward.Server.Mcp;

/// <summary>The headers of Streamable HTTP and what they demand.</summary>
internal static class McpHeaders
{
    public const string SessionId = "Mcp-Session-Id";
    public const string ProtocolVersion = "MCP-Protocol-Version";
    public const string LastEventId = "Last-Event-ID";

    /// <summary>Whether the client takes a media type. No Accept header at all means that it takes any.</summary>
    public static bool Accepts(HttpRequest request, string mediaType)
    {
        var accept = request.Headers.Accept;
        if (accept.Count == 0)
            return true;
        foreach (var value in accept)
        {
            if (value is not null && (value.Contains(mediaType, StringComparison.OrdinalIgnoreCase) || value.Contains("*/*", StringComparison.Ordinal)
                || value.Contains(string.Concat(mediaType.AsSpan(0, mediaType.IndexOf('/')), "/*"), StringComparison.OrdinalIgnoreCase)))
            {
                return true;
            }
        }

        return false;
    }

    public static bool HasJsonBody(HttpRequest request) =>
        request.ContentType is { } type && type.AsSpan().TrimStart().StartsWith("application/json", StringComparison.OrdinalIgnoreCase)
        && (type.Length == "application/json".Length || type["application/json".Length..].TrimStart() is ['=' or ';' or ',', ..] or "");

    /// <summary>
    /// Finds the session that a request belongs to. Without an id nothing is guessed; an unknown id, and one of somebody
    /// else or of another endpoint, get the same answer, at which clients begin anew.
    /// </summary>
    public static bool TryFindSession(HttpContext context, SessionTable sessions, GatewayEndpoint endpoint, string? principal, [NotNullWhen(true)] out Session? session, [NotNullWhen(false)] out Task? refusal)
    {
        (session, refusal) = (null, null);
        var headers = context.Request.Headers;
        if (headers.TryGetValue(ProtocolVersion, out var version) && !ProtocolRevisions.IsLegacy(version.ToString()))
        {
            refusal = McpErrors.WriteAsync(context, StatusCodes.Status400BadRequest, McpErrors.InvalidRequest,
                $"{ProtocolVersion}: '{version}' is not supported; supported are {string.Join(", ", ProtocolRevisions.Legacy)}.");
            return false;
        }

        if (!headers.TryGetValue(SessionId, out var id) || StringValues.IsNullOrEmpty(id))
        {
            refusal = McpErrors.WriteAsync(context, StatusCodes.Status400BadRequest, McpErrors.InvalidRequest,
                $"The header {SessionId} is missing; the answer to initialize gives its value.");
            return false;
        }

        session = sessions.Find(id.ToString(), principal);
        if (session is not null && session.Endpoint == endpoint)
            return true;
        refusal = McpErrors.WriteAsync(context, StatusCodes.Status404NotFound, McpErrors.SessionNotFound, "Session not found: it has ended, or never was; initialize again.");
        return false;
    }
}
