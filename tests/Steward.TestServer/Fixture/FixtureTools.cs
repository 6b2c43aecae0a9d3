using System.Text.Json.Nodes;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace Steward.TestServer.Fixture;

/// <summary>All tools of the fixture server, in a fixed order.</summary>
internal sealed class FixtureTools
{
    private static readonly FixtureTool[] Fixed = [.. ContentTools.All, .. DialogueTools.All, .. InputTools.All, .. TrafficTools.All, .. LifeTools.All];

    private readonly FixtureState _state;
    private readonly FixtureSession _session;

    public FixtureTools(FixtureState state, FixtureSession session) => (_state, _session) = (state, session);

    /// <summary>The JSON schema of a tool that is always there.</summary>
    public static JsonNode? SchemaOf(string? name) => Fixed.FirstOrDefault(tool => tool.Name == name) is { } tool ? JsonNode.Parse(tool.InputSchema) : null;

    public IList<Tool> List() => [.. Known().Select(tool => tool.Definition)];

    public Task<CallToolResult> CallAsync(RequestContext<CallToolRequestParams> request, CancellationToken cancellationToken)
    {
        var name = request.Params!.Name;
        var tool = Known().FirstOrDefault(tool => tool.Name == name)
            ?? throw new McpProtocolException($"Unknown tool: {name}", McpErrorCode.InvalidParams);
        return tool.Run(new(request, _state, _session), cancellationToken);
    }

    private IEnumerable<FixtureTool> Known() => Fixed.Concat(_state.AddedTools.Values.OrderBy(tool => tool.Name, StringComparer.Ordinal));
}
