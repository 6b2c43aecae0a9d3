using System.Text.Json;
using System.Text.Json.Nodes;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace Steward.TestServer.Fixture;

/// <summary>One call of a tool: its arguments, and the way back to the client that made it.</summary>
internal sealed class FixtureCall
{
    private readonly RequestContext<CallToolRequestParams> _context;

    public FixtureCall(RequestContext<CallToolRequestParams> context, FixtureState state) => (_context, State) = (context, state);

    public FixtureState State { get; }

    public McpServer Server => _context.Server;

    public string Text(string name, string fallback = "") => Find(name)?.GetString() ?? fallback;

    public int Number(string name, int fallback) => Find(name)?.GetInt32() ?? fallback;

    /// <summary>Reports progress, if the caller asked for it. When this returns, the notification is on its way: order is kept.</summary>
    public async Task ReportAsync(int progress, int total, CancellationToken cancellationToken)
    {
        if (_context.Params?.ProgressToken is not { } token)
            return;
        await Server.NotifyAsync("notifications/progress", new JsonObject
        {
            ["progressToken"] = token.Token is string text ? text : JsonValue.Create((long)token.Token!),
            ["progress"] = progress,
            ["total"] = total,
        }, cancellationToken);
    }

    /// <summary>Sends a log message, unless the client asked for graver ones only.</summary>
    public async Task LogAsync(string level, string text, CancellationToken cancellationToken)
    {
        if (State.Logs(level))
            await Server.NotifyAsync("notifications/message", new JsonObject { ["level"] = level, ["logger"] = "fixture", ["data"] = text }, cancellationToken);
    }

    /// <summary>Asks the client something and returns its answer as it came.</summary>
    public async Task<JsonNode> AskAsync(string method, JsonNode parameters, CancellationToken cancellationToken)
    {
        var response = await Server.SendRequestAsync(new JsonRpcRequest { Method = method, Params = parameters }, cancellationToken);
        return response.Result ?? new JsonObject();
    }

    private JsonElement? Find(string name) =>
        _context.Params?.Arguments is { } arguments && arguments.TryGetValue(name, out var value) ? value : null;
}
