using Microsoft.Extensions.AI;
using Steward.Agents;
using Steward.Tests.Clients;
using Steward.Tests.Gateway;
using Xunit;

namespace Steward.Tests.Agents;

/// <summary>Short ways to what tests of tools do all the time.</summary>
internal static class AgentRig
{
    /// <summary>Asks nobody.</summary>
    public static ServerToolOptions Trusting { get; } = new() { Approve = ToolApproval.Always };

    /// <summary>Calls the tool <c>wait</c> of server <c>a</c>, which answers so.</summary>
    public static async Task<object?> CallAsync(string result, ServerToolOptions? options = null, AIFunctionArguments? arguments = null)
    {
        await using var rig = await LibraryRig.StartAsync("a");
        var server = await rig.LaunchedAsync("a");
        var tools = await rig.Manager.GetToolsAsync(options ?? Trusting, TestContext.Current.CancellationToken);
        var call = tools.Find("a__wait")!.InvokeAsync(arguments, TestContext.Current.CancellationToken).AsTask();
        await server.AnswerAsync(await server.NextAsync("tools/call"), result);
        return await call;
    }

    /// <summary>A manager with one server, whose last tool is defined so.</summary>
    public static Task<LibraryRig> StartAsync(string name, string definition) =>
        LibraryRig.StartAsync(server => server.Definitions[name] = definition, new McpServerManagerOptions(), "a");

    public static ServerTool Server(this ToolSet tools, string name) => tools.Find(name)!.GetService<ServerTool>()!;

    public static IEnumerable<string> Names(this IEnumerable<AIFunction> tools) => tools.Select(tool => tool.Name);

    /// <summary>Has a server say that its tools have changed.</summary>
    public static Task ChangedAsync(this ScriptedServer server) => server.SayAsync("""{"jsonrpc":"2.0","method":"notifications/tools/list_changed"}""");

    /// <summary>The first look that meets a condition.</summary>
    public static async Task<IReadOnlyList<AIFunction>> ReachesAsync(this ToolSet tools, Func<IReadOnlyList<AIFunction>, bool> condition)
    {
        await foreach (var now in tools.WatchAsync(TestContext.Current.CancellationToken))
        {
            if (condition(now))
                return now;
        }

        throw new InvalidOperationException("The set is over, and never came to that.");
    }
}
