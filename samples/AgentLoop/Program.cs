// Starts the four servers of the quickstart, and lets a model call their tools.
//   npm ci --prefix samples/quickstart && dotnet run --project samples/AgentLoop
using AgentLoop;
using Microsoft.Extensions.AI;
using Steward;
using Steward.Agents;

await using var manager = McpServerManager.FromJsonFile(args is [var file] ? file : "samples/quickstart/steward.json");
foreach (var start in (await manager.StartAllAsync()).Values.Where(start => start.Error is not null))
    Console.Error.WriteLine(start.Error);

var tools = await manager.GetToolsAsync(new ServerToolOptions
{
    Approve = (request, _) =>
    {
        Console.WriteLine($"  {request.Tool.Name} {request.Arguments}");
        return new(request.Tool.ToolName.StartsWith("write_", StringComparison.Ordinal) ? ToolApproval.Deny("this agent only reads") : ToolApproval.Allow);
    },
});
Console.WriteLine($"{tools.Current.Count} tools of {manager.RunningServerCount} servers");

// In place of ScriptedModel: the IChatClient of your provider. In place of FunctionInvoker: UseFunctionInvocation() of Microsoft.Extensions.AI.
using IChatClient agent = new FunctionInvoker(new ScriptedModel(
    ("everything__echo", new() { ["message"] = "hello" }),
    ("filesystem__list_allowed_directories", []),
    ("filesystem__write_file", new() { ["path"] = "x", ["content"] = "y" }),
    ("memory__read_graph", []),
    ("sequential-thinking__sequentialthinking", new() { ["thought"] = "Done?", ["nextThoughtNeeded"] = false, ["thoughtNumber"] = 1, ["totalThoughts"] = 1 })));
var response = await agent.GetResponseAsync("What can you see?", new ChatOptions { Tools = [.. tools] });
Console.WriteLine(response.Text);
