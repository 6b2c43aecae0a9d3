using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using Steward.TestServer.Fixture;

namespace Steward.TestServer.Web;

/// <summary>What a modern request must carry in <c>_meta</c> and repeat in its headers.</summary>
internal static class ModernChecks
{
    /// <summary>How the message of an error begins that is about a missing part of <c>_meta</c>.</summary>
    public const string MetaPrefix = "_meta: ";

    private const string VersionKey = "io.modelcontextprotocol/protocolVersion";
    private const string CapabilitiesKey = "io.modelcontextprotocol/clientCapabilities";

    public static JsonRpcError? Refuse(JsonRpcRequest request, IHeaderDictionary headers)
    {
        var meta = (request.Params as JsonObject)?["_meta"] as JsonObject;
        if (request.Method == "initialize" && meta?[VersionKey] is null)
            return null; // the gate of the era names the revisions
        if (meta?[VersionKey] is null)
            return Error(request, McpErrorCode.InvalidParams, $"{MetaPrefix}{VersionKey} is missing");
        if (meta[CapabilitiesKey] is not JsonObject)
            return Error(request, McpErrorCode.InvalidParams, $"{MetaPrefix}{CapabilitiesKey} is missing");

        var version = (string?)meta[VersionKey];
        if (headers["MCP-Protocol-Version"] != version)
            return Error(request, McpErrorCode.HeaderMismatch, $"MCP-Protocol-Version: expected {version}");
        if (version != EraGate.ModernRevision)
            return Unsupported(request, version);
        if (Trimmed(headers, "Mcp-Method") != request.Method)
            return Error(request, McpErrorCode.HeaderMismatch, $"Mcp-Method: expected {request.Method}");
        if (NameOf(request) is { } name && McpHeaderEncoder.DecodeValue(Trimmed(headers, "Mcp-Name")) != name)
            return Error(request, McpErrorCode.HeaderMismatch, $"Mcp-Name: expected {name}");
        return ParameterHeaders.Wrong(request, headers) is { } wrong
            ? Error(request, McpErrorCode.HeaderMismatch, $"{wrong}: not what the argument says")
            : null;
    }

    private static string? NameOf(JsonRpcRequest request) => request.Method switch
    {
        "tools/call" or "prompts/get" => (string?)request.Params?["name"],
        "resources/read" => (string?)request.Params?["uri"],
        _ => null,
    };

    private static string? Trimmed(IHeaderDictionary headers, string name) => headers.TryGetValue(name, out var value) ? value.ToString().Trim() : null;

    private static JsonRpcError Error(JsonRpcRequest request, McpErrorCode code, string message, JsonNode? data = null) =>
        new() { Id = request.Id, Error = new() { Code = (int)code, Message = message, Data = data } };

    private static JsonRpcError Unsupported(JsonRpcRequest request, string? version) =>
        Error(request, McpErrorCode.UnsupportedProtocolVersion, $"Unsupported protocol version: {version}", new JsonObject
        {
            ["supported"] = new JsonArray(EraGate.ModernRevision),
            ["requested"] = version,
        });
}
