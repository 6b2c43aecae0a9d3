using System.Text.Json;
using System.Text.Json.Nodes;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace Steward.TestServer.Fixture;

/// <summary>One call of a tool: its arguments, and the way back to the client that made it.</summary>
internal sealed class FixtureCall
{
    private readonly RequestContext<CallToolRequestParams> _context;

    public FixtureCall(RequestContext<CallToolRequestParams> context, FixtureState state, FixtureSession session)
    {
        (_context, State, Session) = (context, state, session);
        Dialogue = new(context.Server, context.JsonRpcRequest, context.Params);
    }

    public FixtureState State { get; }

    public FixtureSession Session { get; }

    /// <summary>The way to ask the client something.</summary>
    public Dialogue Dialogue { get; }

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

    /// <summary>Sends a log message, unless the client asked for graver ones only; a modern client has to ask for any.</summary>
    public async Task LogAsync(string level, string text, CancellationToken cancellationToken)
    {
        var threshold = Dialogue.IsModern(_context.JsonRpcRequest)
            ? (string?)_context.Params?.Meta?["io.modelcontextprotocol/logLevel"]
            : Session.Level;
        if (threshold is not null && FixtureSession.Reaches(level, threshold))
            await Server.NotifyAsync("notifications/message", new JsonObject { ["level"] = level, ["logger"] = "fixture", ["data"] = text }, cancellationToken);
    }

    private JsonElement? Find(string name) =>
        _context.Params?.Arguments is { } arguments && arguments.TryGetValue(name, out var value) ? value : null;
}
