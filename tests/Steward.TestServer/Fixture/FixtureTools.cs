using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace Steward.TestServer.Fixture;

/// <summary>All tools of the fixture server, in a fixed order.</summary>
internal sealed class FixtureTools
{
    private readonly FixtureState _state;
    private readonly FixtureTool[] _tools = [.. ContentTools.All, .. DialogueTools.All, .. TrafficTools.All, .. LifeTools.All];

    public FixtureTools(FixtureState state) => _state = state;

    public IList<Tool> List() => [.. Known().Select(tool => tool.Definition)];

    public Task<CallToolResult> CallAsync(RequestContext<CallToolRequestParams> request, CancellationToken cancellationToken)
    {
        var name = request.Params!.Name;
        var tool = Known().FirstOrDefault(tool => tool.Name == name)
            ?? throw new McpProtocolException($"Unknown tool: {name}", McpErrorCode.InvalidParams);
        return tool.Run(new(request, _state), cancellationToken);
    }

    private IEnumerable<FixtureTool> Known() => _tools.Concat(_state.AddedTools.Values.OrderBy(tool => tool.Name, StringComparer.Ordinal));
}
