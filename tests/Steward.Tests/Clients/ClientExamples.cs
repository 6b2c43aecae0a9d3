using ModelContextProtocol;
using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;
using Steward.Clients;

#pragma warning disable MCP9005 // Servers of the revisions up to 2025-11-25 log.
#pragma warning disable IDE0007 // The page names the types that readers do not know yet.

namespace Steward.Tests.Clients;

/// <summary>The examples of docs/library.md about clients, as they stand there: compiled, and not run.</summary>
internal static class ClientExamples
{
    internal static async Task ClientsAsync()
    {
        await using var manager = McpServerManager.FromJsonFile("mcp.json");
        await manager.StartServerAsync("files");
        McpClient client = await manager.GetClientAsync("files");
        CallToolResult result = await client.CallToolAsync("read_file", new Dictionary<string, object?> { ["path"] = "notes.txt" });
        _ = result;
    }

    internal static async Task OptionsAsync(McpServerManager manager)
    {
        CallToolResult result = await manager.CallToolAsync("files", "search", new Dictionary<string, object?> { ["text"] = "todo" }, new ToolCallOptions
        {
            Timeout = TimeSpan.FromMinutes(2),
            Progress = new Progress<ProgressNotificationValue>(progress => Console.WriteLine(progress.Message)),
        });
        _ = result;
    }

    internal static void Logs(McpServerManager manager)
    {
        foreach (var line in manager.GetLog("files").Tail(20))
            Console.WriteLine($"{line.At:T} {line.Text}");
    }

    internal static async Task LoginAsync(McpServerManager manager)
    {
        await manager.LoginAsync("tracker", (address, cancellationToken) =>
        {
            Console.WriteLine($"To log in, open {address}");
            return Task.CompletedTask;
        });
    }

    internal static async Task HandlersAsync()
    {
        var handlers = new ServerHandlers
        {
            Elicitation = async (context, cancellationToken) =>
            {
                Console.WriteLine($"{context.ServerId}, {context.Call?.Target}: {context.Params.Message}");
                bool confirmed = await AskUserAsync(context.Params, cancellationToken);
                return new ElicitResult { Action = confirmed ? "accept" : "decline" };
            },
            Logging = (context, _) =>
            {
                Console.WriteLine($"{context.ServerId}: {context.Params.Data}");
                return default;
            },
        };
        await using var manager = McpServerManager.FromJsonFile("mcp.json", new McpServerManagerOptions { Handlers = handlers });
    }

    internal static async Task StateAsync(McpServerManager manager, object session)
    {
        await manager.CallToolAsync("shop", "order", options: new ToolCallOptions { State = session });
    }

    internal static async Task TasksAsync(McpServerManager manager)
    {
        try
        {
            await manager.CallToolAsync("render", "film");
        }
        catch (McpTaskException failure) when (failure.Kind is McpTaskFailure.Timeout)
        {
            Console.WriteLine($"{failure.ServerId} needs more time than it has: {failure.Message}");
        }
    }

    private static Task<bool> AskUserAsync(ElicitRequestParams question, CancellationToken cancellationToken) => Task.FromResult(question.Message.Length > 0 && !cancellationToken.IsCancellationRequested);
}
