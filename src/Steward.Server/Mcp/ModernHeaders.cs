using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Steward.Gateway;
using Steward.Wire;

namespace Steward.Server.Mcp;

/// <summary>
/// The headers of the modern era repeat parts of the body, so that those on the way can route without reading it. What differs
/// is refused: two readers could otherwise see two requests.
/// See <see href="https://modelcontextprotocol.io/specification/2026-07-28/basic/transports/streamable-http#server-validation"/>.
/// </summary>
internal static class ModernHeaders
{
    public const string Method = "Mcp-Method";
    public const string Name = "Mcp-Name";

    // Of a hostile value no more is repeated.
    private const int MaxShown = 200;

    /// <summary>What is wrong with a request's headers, in words; <see langword="null"/> where nothing is.</summary>
    public static string? FindMismatch(IHeaderDictionary headers, GatewayEndpoint endpoint, ReadOnlySpan<byte> message, in JsonRpcEnvelope envelope)
    {
        var version = headers[McpHeaders.ProtocolVersion];
        if (IsMissing(version))
            return Missing(McpHeaders.ProtocolVersion);
        // A body without a version is malformed, which its own check says better.
        if (envelope.ProtocolVersion.Exists && !HeaderText.IsLiterally(version.ToString(), envelope.ProtocolVersion.Of(message)))
            return Differs(McpHeaders.ProtocolVersion, version, envelope.ProtocolVersion.Of(message));

        var method = headers[Method];
        if (IsMissing(method))
            return Missing(Method);
        if (!HeaderText.IsLiterally(method.ToString(), envelope.MethodName.Of(message)))
            return Differs(Method, method, envelope.MethodName.Of(message));
        return FindNameMismatch(headers[Name], message, envelope)
            ?? (envelope.Method == McpMethod.ToolsCall ? ParameterHeaders.FindMismatch(headers, endpoint, message, envelope) : null);
    }

    /// <summary>Says which header differs, its value, and the body's.</summary>
    public static string Differs(string name, StringValues header, ReadOnlySpan<byte> body) =>
        $"Header mismatch: {name} header value '{Shorten(header.ToString())}' does not match body value {(body.IsEmpty ? "(none)" : body.ToText())}";

    public static string Missing(string name) => $"Header mismatch: the required header {name} is missing";

    public static bool IsMissing(StringValues header) => header.Count == 0;

    private static string? FindNameMismatch(StringValues header, ReadOnlySpan<byte> message, in JsonRpcEnvelope envelope)
    {
        var (range, isRequired) = envelope.Method switch
        {
            McpMethod.ToolsCall or McpMethod.PromptsGet => (envelope.Name, true),
            McpMethod.ResourcesRead => (envelope.Uri, true),
            McpMethod.TasksGet or McpMethod.TasksUpdate or McpMethod.TasksCancel => (envelope.TaskId, false), // the extension's: checked where it is there
            _ => (default, false),
        };
        if (!isRequired && !range.Exists)
            return null;
        if (IsMissing(header))
            return isRequired && range.Exists ? Missing(Name) : null;
        return HeaderText.Is(header.ToString(), range.Of(message)) ? null : Differs(Name, header, range.Of(message));
    }

    private static string Shorten(string value) => value.Length <= MaxShown ? value : string.Concat(value.AsSpan(0, MaxShown), "…");
}
