using Microsoft.Extensions.AI;
using Steward.Agents;
using Steward.Tests.Clients;
using Xunit;

namespace Steward.Tests.Agents;

/// <summary>The examples of docs/library.md, as they stand there.</summary>
public sealed class ToolsManualTests
{
    [Fact(Timeout = 10_000)]
    public async Task A_chat_gets_the_tools_and_a_person_is_asked()
    {
        await using var rig = await LibraryRig.StartAsync("files");
        var manager = rig.Manager;
        var cancellationToken = TestContext.Current.CancellationToken;
        var questions = new List<string>();

        var tools = await manager.GetToolsAsync(new ServerToolOptions { Approve = AskAsync }, cancellationToken);
        var options = new ChatOptions { Tools = [.. tools] };

        Assert.Equal(2, options.Tools.Count);
        var result = await tools.Find("files__echo")!.InvokeAsync(new() { ["x"] = 1 }, cancellationToken);
        Assert.Equal("Error: The call was denied: the user does not want that", Assert.IsType<TextContent>(result).Text);
        Assert.Equal(["files: echo {\"x\":1}"], questions);

        async ValueTask<ToolApproval> AskAsync(ToolApprovalRequest request, CancellationToken stop)
        {
            if (request.Tool.Safety.IsReadOnly)
                return ToolApproval.Allow;
            var isFine = await ConfirmAsync($"{request.ServerId}: {request.Tool.ToolName} {request.Arguments}", stop);
            return isFine ? ToolApproval.Allow : ToolApproval.Deny("the user does not want that");
        }

        Task<bool> ConfirmAsync(string question, CancellationToken stop)
        {
            questions.Add(question);
            return Task.FromResult(stop.IsCancellationRequested);
        }
    }

    [Fact(Timeout = 10_000)]
    public async Task A_chat_follows_the_tools()
    {
        await using var rig = await LibraryRig.StartAsync("files");
        var cancellationToken = TestContext.Current.CancellationToken;
        var tools = await rig.Manager.GetToolsAsync(cancellationToken: cancellationToken);
        var options = new ChatOptions();

        await rig.Manager.ShutdownAsync(cancellationToken);
        await foreach (var now in tools.WatchAsync(cancellationToken))
            options.Tools = [.. now];

        Assert.NotNull(options.Tools);
    }

    [Fact(Timeout = 10_000)]
    public async Task Sets_are_made_of_sets()
    {
        const string Read = """{"name":"read_file","inputSchema":{"type":"object"},"annotations":{"readOnlyHint":true}}""";
        await using var rig = await LibraryRig.StartAsync(server => server.Definitions["read_file"] = Read, new McpServerManagerOptions(), "files");
        var tools = await rig.Manager.GetToolsAsync(cancellationToken: TestContext.Current.CancellationToken);
        var ownFunction = new FakeTool("own");

        var readers = tools.Where(tool => ToolSafety.Of(tool).IsReadOnly);
        var chosen = tools.Only("files__read_file", "files__write_file");
        var renamed = chosen.WithPrefix("project_");
        var all = ToolSet.Merge(readers, renamed, ToolSet.Of(ownFunction));

        Assert.Equal(["files__read_file", "project_files__read_file", "own"], all.Names());
    }
}
