using Microsoft.Extensions.AI;
using Steward;

namespace TestingYourAgent;

/// <summary>What is tested: a part of an agent that reads notes by a server's tool, and gets along without the server.</summary>
public sealed class NoteAgent(McpServerManager manager)
{
    public async Task<string> ReadAsync(string name, CancellationToken cancellationToken)
    {
        var tools = await manager.GetToolsAsync(cancellationToken: cancellationToken);
        if (tools.FirstOrDefault(tool => tool.Name == "notes__read") is not { } read)
            return "The notes cannot be read at the moment.";

        var result = await read.InvokeAsync(new() { ["name"] = name }, cancellationToken);
        return result is TextContent text ? text.Text : "The note is no text.";
    }
}
