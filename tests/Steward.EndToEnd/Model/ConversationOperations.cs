extern alias library;

using library::Steward.Agents;
using library::Steward.Clients;
using library::Steward.Supervision;
using Microsoft.Extensions.AI;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;

#pragma warning disable MCP9005 // Servers of the revisions up to 2025-11-25 are told by a request how much to log.

namespace Steward.EndToEnd.Model;

/// <summary>What talks to the servers.</summary>
internal static class ConversationOperations
{
    public const string Ask = "ask_elicitation";

    private const int Steps = 5;

    public static ModelOperation[] All { get; } =
    [
        new("call", 300, CallAsync, IsFailedOperation),
        new("call of client", 80, CallClientAsync, static failure => failure is McpException or ServerNotRunningException),
        new("call of tool", 60, CallToolAsync, static failure => failure is McpException or ServerNotRunningException or TimeoutException),
        new("progress", 60, ProgressAsync, IsFailedOperation),
        new("sleep", 60, SleepAsync, IsFailedOperation),
        new("ask", 40, AskAsync, IsFailedOperation),
        new("misbehave", 6, MisbehaveAsync, IsFailedOperation),
        new("subscribe", 60, call => SubscribeAsync(call, isOn: true), IsFailedOperation) { IsForLasting = true },
        new("unsubscribe", 30, call => SubscribeAsync(call, isOn: false), IsFailedOperation) { IsForLasting = true },
        new("change resource", 10, call => call.Manager.CallToolAsync(call.Id, "update_resource", cancellationToken: call.Cancelled), IsFailedOperation) { IsForLasting = true },
        new("log level", 20, call => call.Manager.SetLoggingLevelAsync(call.Id, (LoggingLevel)call.Random.Next(8), call.Cancelled), IsFailedOperation),
        new("ping", 40, call => call.Manager.SendRequestAsync(call.Id, RequestMethods.Ping, cancellationToken: call.Cancelled), IsFailedOperation),
    ];

    /// <summary>What the manager documents of everything that it does with a server.</summary>
    public static bool IsFailedOperation(Exception failure) =>
        failure is ServerNotRunningException or UncertainResultException or TimeoutException
        || failure is McpProtocolException { ErrorCode: McpErrorCode.InvalidParams or McpErrorCode.MethodNotFound }; // of servers that do not have it

    private static async Task CallAsync(ModelCall call) => call.RequireOwn(TextOf(await call.Manager.CallToolAsync(call.Id, "say", Arguments(call), cancellationToken: call.Cancelled)));

    private static async Task CallClientAsync(ModelCall call)
    {
        var client = await call.Manager.GetClientAsync(call.Id, call.Cancelled);
        call.RequireOwn(TextOf(await client.CallToolAsync("say", Arguments(call), cancellationToken: call.Cancelled)));
    }

    private static async Task CallToolAsync(ModelCall call)
    {
        if (call.World.Tools is not { } set || call.Random.Next(20) == 0)
            call.World.Tools = set = await call.Manager.GetToolsAsync(new ServerToolOptions { Approve = ToolApproval.Always }, call.Cancelled);
        if (set.Find($"{call.Id}__say") is not { } tool)
            return; // it does not run, or has none
        var said = await tool.InvokeAsync(new AIFunctionArguments(Arguments(call)), call.Cancelled);
        call.RequireOwn((said as TextContent)?.Text);
    }

    private static async Task ProgressAsync(ModelCall call)
    {
        var heard = new ProgressRecord();
        await call.Manager.CallToolAsync(call.Id, "progress_burst", new Dictionary<string, object?> { ["count"] = Steps }, new ToolCallOptions { Progress = heard }, call.Cancelled);
        call.Require(heard.Values.SequenceEqual(Enumerable.Range(1, Steps).Select(step => (double)step)), $"heard of progress {string.Join(", ", heard.Values)}");
    }

    private static async Task SleepAsync(ModelCall call)
    {
        using var soon = new CancellationTokenSource(TimeSpan.FromMilliseconds(call.Random.Next(300)), TimeProvider.System);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(soon.Token, call.Cancelled);
        try
        {
            await call.Manager.CallToolAsync(call.Id, "sleep", new Dictionary<string, object?> { ["ms"] = 200, ["label"] = call.Text }, cancellationToken: either.Token);
        }
        catch (OperationCanceledException) when (soon.IsCancellationRequested)
        {
            // As intended.
        }
    }

    private static async Task AskAsync(ModelCall call)
    {
        var result = await call.Manager.CallToolAsync(call.Id, Ask, new Dictionary<string, object?> { ["message"] = call.Text }, new ToolCallOptions { State = call.Text }, call.Cancelled);
        call.Require(result.IsError == true || TextOf(result)!.Contains($"\"{call.Text}\"", StringComparison.Ordinal), $"was answered '{TextOf(result)}'");
    }

    private static async Task MisbehaveAsync(ModelCall call) =>
        await call.Manager.CallToolAsync(call.Id, "misbehave", new Dictionary<string, object?> { ["text"] = call.Random.Next(2) == 0 ? "kill" : "now" }, cancellationToken: call.Cancelled);

    /// <summary>Every worker has an address of its own: of that it knows whether it is subscribed to.</summary>
    private static async Task SubscribeAsync(ModelCall call, bool isOn)
    {
        var subscription = (call.Id, $"test://worker/{call.Worker}");
        call.World.Subscriptions[subscription] = null;
        await (isOn ? call.Manager.SubscribeToResourceAsync(call.Id, subscription.Item2, call.Cancelled) : call.Manager.UnsubscribeFromResourceAsync(call.Id, subscription.Item2, call.Cancelled));
        call.World.Subscriptions[subscription] = isOn;
    }

    private static Dictionary<string, object?> Arguments(ModelCall call) => new() { ["text"] = call.Text };

    private static string? TextOf(CallToolResult result) => (result.Content.FirstOrDefault() as TextContentBlock)?.Text;
}
