using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace Steward.TestServer.Fixture;

/// <summary>Tools about the server itself: who it is, what it saw, how it changes, how it dies.</summary>
internal static class LifeTools
{
    private const McpErrorCode ArrayError = (McpErrorCode)(-32050);

    public static FixtureTool[] All { get; } =
    [
        new("whoami", "Returns process id, client and capabilities as seen from here", (call, _) => Task.FromResult(WhoAmI(call))),
        new("say", "Returns its text behind this server's label and process id", (call, _) => Task.FromResult(Messages.Text($"{ServerLabel.Value}|{call.Text("text")}"))),
        new("fail_with_array", "Fails with an error whose data is an array", (_, _) => throw new McpProtocolException("failed as asked", ArrayError)),
        new("begun", "Returns the labels of sleeps that have begun", (call, _) => Task.FromResult(Labels(call.State.Begun))),
        new("cancelled", "Returns the labels of cancelled sleeps", (call, _) => Task.FromResult(Labels(call.State.Cancelled))),
        new("crash_midcall", "Dies without an answer: `how` is exit or kill", (call, _) => Crash(call)),
        new("test_trigger_tool_change", "Adds a tool, or removes it again, and says that the list changed", ToggleToolAsync),
        new("test_trigger_prompt_change", "Adds a prompt, or removes it again, and says that the list changed", TogglePromptAsync),
        new("add_tool", "Adds a tool called `name` and says that the list changed", AddToolAsync),
        new("remove_tool", "Removes a tool added before and says that the list changed", RemoveToolAsync),
        new("update_resource", "Changes test://watched-resource and tells subscribers", UpdateResourceAsync),
    ];

    /// <summary>The SDK has objects only as data of an error: puts an array into the error of <c>fail_with_array</c>.</summary>
    public static McpMessageHandler WithArrays(McpMessageHandler next) => (context, cancellationToken) =>
    {
        if (context.JsonRpcMessage is JsonRpcError { Error: { Code: (int)ArrayError } error })
            error.Data = new JsonArray("first", new JsonObject { ["second"] = 2 });
        return next(context, cancellationToken);
    };

    private static CallToolResult WhoAmI(FixtureCall call) => Messages.Text(new JsonObject
    {
        ["pid"] = Environment.ProcessId,
        ["client"] = JsonSerializer.SerializeToNode(call.Server.ClientInfo, McpJsonUtilities.DefaultOptions),
        ["capabilities"] = JsonSerializer.SerializeToNode(call.Server.ClientCapabilities, McpJsonUtilities.DefaultOptions),
        ["subscriptions"] = new JsonArray([.. call.Session.Subscriptions.Keys.Order(StringComparer.Ordinal).Select(uri => (JsonNode)uri)]),
        ["logLevel"] = call.Session.Level,
    }.ToJsonString());

    private static CallToolResult Labels(IEnumerable<string> labels) =>
        Messages.Text(new JsonArray([.. labels.Select(label => (JsonNode)label)]).ToJsonString());

    private static Task<CallToolResult> Crash(FixtureCall call)
    {
        if (call.Text("how", "exit") == "kill")
            Process.GetCurrentProcess().Kill();
        Environment.Exit(call.Number("code", 7));
        throw new UnreachableException();
    }

    private static async Task<CallToolResult> AddToolAsync(FixtureCall call, CancellationToken cancellationToken)
    {
        var name = call.Text("name", "added");
        call.State.AddedTools[name] = new(name, "Added at run time", (_, _) => Task.FromResult(Messages.Text($"{name} was called")));
        await call.State.PublishAsync("notifications/tools/list_changed", null, cancellationToken);
        return Messages.Text($"added {name}");
    }

    // Every call has to change the list: what stays the same is news to nobody.
    private static Task<CallToolResult> ToggleToolAsync(FixtureCall call, CancellationToken cancellationToken) =>
        call.State.AddedTools.ContainsKey("added") ? RemoveToolAsync(call, cancellationToken) : AddToolAsync(call, cancellationToken);

    private static async Task<CallToolResult> TogglePromptAsync(FixtureCall call, CancellationToken cancellationToken)
    {
        if (!call.State.AddedPrompts.TryRemove("added", out _))
            call.State.AddedPrompts["added"] = true;
        await call.State.PublishAsync("notifications/prompts/list_changed", null, cancellationToken);
        return Messages.Text("changed the prompts");
    }

    private static async Task<CallToolResult> RemoveToolAsync(FixtureCall call, CancellationToken cancellationToken)
    {
        var name = call.Text("name", "added");
        call.State.AddedTools.TryRemove(name, out _);
        await call.State.PublishAsync("notifications/tools/list_changed", null, cancellationToken);
        return Messages.Text($"removed {name}");
    }

    private static async Task<CallToolResult> UpdateResourceAsync(FixtureCall call, CancellationToken cancellationToken)
    {
        var revision = call.State.NextRevision();
        await call.State.PublishAsync("notifications/resources/updated", FixtureResources.Watched, cancellationToken);
        return Messages.Text($"revision {revision}");
    }
}
