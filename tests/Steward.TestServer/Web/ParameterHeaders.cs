using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using ModelContextProtocol.Protocol;
using Steward.TestServer.Fixture;

namespace Steward.TestServer.Web;

/// <summary>Arguments of tools that the client has to repeat in headers, because the schema says so with <c>x-mcp-header</c>.</summary>
internal static class ParameterHeaders
{
    /// <summary>The first header that does not say what the argument says, or null.</summary>
    public static string? Wrong(JsonRpcRequest request, IHeaderDictionary headers)
    {
        if (request.Method != "tools/call" || FixtureTools.SchemaOf((string?)request.Params?["name"]) is not { } schema)
            return null;
        foreach (var (name, property) in schema["properties"]?.AsObject() ?? [])
        {
            if ((string?)property?["x-mcp-header"] is not { } suffix)
                continue;
            var header = $"Mcp-Param-{suffix}";
            if (!Agree(request.Params?["arguments"]?[name], headers.TryGetValue(header, out var value) ? value.ToString() : null))
                return header;
        }

        return null;
    }

    private static bool Agree(JsonNode? argument, string? header)
    {
        if (argument is null || header is null)
            return argument is null && header is null;
        return McpHeaderEncoder.DecodeValue(header) is { } said && said == McpHeaderEncoder.DecodeValue(McpHeaderEncoder.ConvertToHeaderValue(argument));
    }
}
