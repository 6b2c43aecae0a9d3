using System.Text.Json;
using Microsoft.Extensions.AI;
using ModelContextProtocol.Protocol;
using Steward.Supervision;
using Steward.Tests.Agents;
using Steward.Tests.Processes;
using Xunit;

namespace Steward.Tests.Parity;

/// <summary>What adk-rust tests with servers from npm, or shows in its example: the life of a manager with real processes.</summary>
public sealed class AdkLifecycleTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact(Timeout = 60_000)]
    public async Task A_manager_is_loaded_changed_while_it_runs_saved_loaded_again_and_shut_down()
    {
        var folder = Directory.CreateTempSubdirectory("steward-parity-");
        var file = Path.Combine(folder.FullName, "mcp.json");
        var local = RealServers.Process("local", "echo");
        await File.WriteAllTextAsync(file, JsonSerializer.Serialize(new { mcpServers = new { local = new { command = local.Command, args = local.Args, autoApprove = (string[])["echo"] } } }), Cancelled);

        await using (var manager = McpServerManager.FromJsonFile(file))
        {
            Assert.Null(Assert.Single(await manager.StartAllAsync(Cancelled)).Value.Error);
            manager.StartMonitoring();
            var tools = await manager.GetToolsAsync(cancellationToken: Cancelled);
            Assert.Equal(["local__echo", "local__progress_burst", "local__misbehave"], tools.Names());
            Assert.Equal([true, false], ((string[])["local__echo", "local__misbehave"]).Select(name => tools.Server(name).IsAutoApproved));
            Assert.Equal("hello", await EchoAsync(manager, "local"));

            Assert.Equal(ServerState.Disabled, (await manager.AddServerAsync(RealServers.Process("standby", "echo") with { Disabled = true }, cancellationToken: Cancelled)).State);
            await Assert.ThrowsAsync<InvalidOperationException>(() => manager.StartServerAsync("standby", Cancelled));
            Assert.Equal(ServerState.Running, (await manager.EnableServerAsync("standby", Cancelled)).State);
            Assert.Equal("hello", await EchoAsync(manager, "standby"));

            var before = manager.GetStatus("local").Pid;
            var changed = manager.FindConfig("local")! with { Env = new Dictionary<string, string> { ["NEW"] = "1" } };
            Assert.Equal(ServerState.Running, (await manager.UpdateServerAsync(changed, Cancelled)).State);
            Assert.NotEqual(before, manager.GetStatus("local").Pid);
            Assert.Equal("hello", await EchoAsync(manager, "local"));

            await manager.SaveJsonFileAsync(file, Cancelled);
            Assert.Equal(ServerState.Disabled, (await manager.DisableServerAsync("standby", Cancelled)).State);
            Assert.True(await manager.RemoveServerAsync("standby", Cancelled));
            await manager.ShutdownAsync(Cancelled);
            Assert.Equal((0, ServerState.Stopped), (manager.RunningServerCount, Assert.Single(manager.GetAllStatuses()).State));
        }

        await using (var again = McpServerManager.FromJsonFile(file))
        {
            Assert.Equal([("local", ServerState.Stopped), ("standby", ServerState.Stopped)], again.GetAllStatuses().Select(status => (status.Id, status.State)));
            Assert.Equal("1", again.FindConfig("local")!.Env["NEW"]);
            Assert.Equal(["echo"], again.FindConfig("local")!.AutoApprove);
        }

        folder.Delete(recursive: true);
    }

    [Fact(Timeout = 60_000)]
    public async Task Each_server_has_its_own_status_from_its_loading_to_its_stop()
    {
        await using var manager = new McpServerManager([RealServers.Process("one", "echo"), RealServers.Process("two", "echo")]);
        Assert.Equal((ServerState.Stopped, ServerState.Stopped, 0), Now());

        await manager.StartServerAsync("one", Cancelled);
        Assert.Equal((ServerState.Running, ServerState.Stopped, 1), Now());
        await manager.StartServerAsync("two", Cancelled);
        Assert.Equal((ServerState.Running, ServerState.Running, 2), Now());
        await manager.StopServerAsync("one", Cancelled);
        Assert.Equal((ServerState.Stopped, ServerState.Running, 1), Now());
        await manager.ShutdownAsync(Cancelled);
        Assert.Equal((ServerState.Stopped, ServerState.Stopped, 0), Now());

        (ServerState One, ServerState Two, int Running) Now() => (manager.GetStatus("one").State, manager.GetStatus("two").State, manager.RunningServerCount);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_restarted_server_is_another_process_with_the_same_tools()
    {
        await using var manager = new McpServerManager([RealServers.Process("one", "echo")]);
        var first = await manager.StartServerAsync("one", Cancelled);
        using var process = new Watched(first.Pid!.Value);
        var tools = await manager.GetToolsAsync(AgentRig.Trusting, Cancelled);
        var echo = tools.Find("one__echo")!;

        var second = await manager.RestartServerAsync("one", Cancelled);

        Assert.True(process.Ends());
        Assert.Equal((ServerState.Running, 3), (second.State, second.ToolCount));
        Assert.NotEqual(first.Pid, second.Pid);
        Assert.Equal("again", Assert.IsType<TextContent>(await echo.InvokeAsync(new() { ["text"] = "again" }, Cancelled)).Text);
    }

    [Fact(Timeout = 60_000)]
    public async Task Tools_of_several_servers_are_one_set_and_each_call_finds_its_process()
    {
        await using var manager = new McpServerManager([RealServers.Process("one", "fixture"), RealServers.Process("two", "fixture")]);
        await manager.StartAllAsync(Cancelled);
        var options = new Steward.Agents.ServerToolOptions { Approve = Steward.Agents.ToolApproval.Always, Filter = tool => tool.ToolName == "whoami" };
        var tools = await manager.GetToolsAsync(options, Cancelled);
        Assert.Equal(["one__whoami", "two__whoami"], tools.Names());

        foreach (var id in (string[])["one", "two"])
        {
            var answer = await tools.Find($"{id}__whoami")!.InvokeAsync(cancellationToken: Cancelled);
            Assert.Contains($"{manager.GetStatus(id).Pid}", JsonSerializer.Serialize(answer, AIJsonUtilities.DefaultOptions), StringComparison.Ordinal);
        }
    }

    [Fact(Timeout = 60_000)]
    public async Task Servers_come_and_go_while_others_work()
    {
        await using var manager = new McpServerManager([RealServers.Process("steady", "echo")]);
        await manager.StartAllAsync(Cancelled);
        var pid = manager.GetStatus("steady").Pid;

        Assert.Equal(ServerState.Stopped, (await manager.AddServerAsync(RealServers.Process("guest", "echo"), start: false, Cancelled)).State);
        Assert.Equal(ServerState.Running, (await manager.StartServerAsync("guest", Cancelled)).State);
        Assert.Equal(["hello", "hello"], await Task.WhenAll(EchoAsync(manager, "steady"), EchoAsync(manager, "guest")));
        await Assert.ThrowsAsync<ServerExistsException>(() => manager.AddServerAsync(RealServers.Process("guest", "echo"), cancellationToken: Cancelled));
        using var guest = new Watched(manager.GetStatus("guest").Pid!.Value);
        Assert.True(await manager.RemoveServerAsync("guest", Cancelled));

        Assert.True(guest.Ends());
        Assert.Null(manager.FindStatus("guest"));
        await Assert.ThrowsAsync<UnknownServerException>(() => manager.StartServerAsync("guest", Cancelled));
        Assert.Equal(("hello", pid), (await EchoAsync(manager, "steady"), manager.GetStatus("steady").Pid));
    }

    private static async Task<string> EchoAsync(McpServerManager manager, string id)
    {
        var result = await manager.CallToolAsync(id, "echo", new Dictionary<string, object?> { ["text"] = "hello" }, cancellationToken: Cancelled);
        return Assert.IsType<TextContentBlock>(Assert.Single(result.Content)).Text;
    }
}
