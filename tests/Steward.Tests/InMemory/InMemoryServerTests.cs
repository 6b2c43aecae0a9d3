using Microsoft.Extensions.AI;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;
using Steward.Configuration;
using Steward.Supervision;
using Steward.Testing;
using Xunit;

namespace Steward.Tests.InMemory;

public sealed class InMemoryServerTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private readonly TaskCompletionSource _waits = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly McpServerPrimitiveCollection<McpServerTool> _tools;
    private readonly InMemoryServer _notes;

    public InMemoryServerTests()
    {
        _tools =
        [
            McpServerTool.Create((string name) => $"the text of {name}", new() { Name = "read" }),
            McpServerTool.Create(WaitAsync, new() { Name = "wait" }),
        ];
        _notes = new InMemoryServer("notes", new McpServerOptions { ToolCollection = _tools });
    }

    [Fact(Timeout = 30_000)]
    public async Task A_server_in_memory_takes_the_place_of_a_program_that_is_not_there()
    {
        await using var manager = Manage(new ServerConfig { Id = "notes", Command = "no-such-program", Env = new Dictionary<string, string> { ["KEY"] = "${env:STEWARD_NOT_SET:-x}" } });

        var outcome = Assert.Single(await manager.StartAllAsync(Cancellation)).Value;
        var client = await manager.GetClientAsync("notes", Cancellation);
        var result = await client.CallToolAsync("read", new Dictionary<string, object?> { ["name"] = "todo" }, cancellationToken: Cancellation);

        Assert.Equal(ServerState.Running, outcome.Status?.State);
        Assert.Equal("the text of todo", Assert.IsType<TextContentBlock>(Assert.Single(result.Content)).Text);
        Assert.Equal(1, _notes.Connections);
    }

    [Fact(Timeout = 30_000)]
    public async Task Its_tools_are_those_of_the_manager_and_follow_its_collection()
    {
        await using var manager = Manage(_notes.Config);
        await manager.StartAllAsync(Cancellation);
        var tools = await manager.GetToolsAsync(cancellationToken: Cancellation);
        Assert.Equal(["notes__read", "notes__wait"], tools.Select(tool => tool.Name).Order(StringComparer.Ordinal));

        _tools.Add(McpServerTool.Create(() => "late", new() { Name = "late" }));

        await foreach (var now in tools.WatchAsync(Cancellation))
        {
            if (now.FirstOrDefault(tool => tool.Name == "notes__late") is { } late)
            {
                Assert.Equal("late", Assert.IsType<TextContent>(await late.InvokeAsync(cancellationToken: Cancellation)).Text);
                break;
            }
        }
    }

    [Fact(Timeout = 30_000)]
    public async Task A_crash_fails_the_calls_that_wait_and_the_server_comes_back()
    {
        await using var manager = Manage(_notes.Config with { RestartPolicy = new() { InitialDelay = TimeSpan.FromMilliseconds(1) } });
        await manager.StartAllAsync(Cancellation);
        var client = await manager.GetClientAsync("notes", Cancellation);
        var waiting = client.CallToolAsync("wait", cancellationToken: Cancellation).AsTask();
        await _waits.Task.WaitAsync(Cancellation);

        _notes.Crash();

        await Assert.ThrowsAnyAsync<Exception>(() => waiting);
        await manager.WaitForStatusAsync("notes", status => status is { State: ServerState.Running, Restarts: 1 }, Cancellation);
        var result = await client.CallToolAsync("read", new Dictionary<string, object?> { ["name"] = "todo" }, cancellationToken: Cancellation);
        Assert.Equal("the text of todo", Assert.IsType<TextContentBlock>(Assert.Single(result.Content)).Text);
        Assert.Equal(2, _notes.Connections);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_server_that_is_not_to_start_says_why()
    {
        _notes.StartFailure = "the licence has expired";
        await using var manager = Manage(_notes.Config with { RestartPolicy = RestartPolicy.Never });

        var failed = Assert.Single(await manager.StartAllAsync(Cancellation)).Value;
        _notes.StartFailure = null;
        var running = await manager.StartServerAsync("notes", Cancellation);

        Assert.Contains("the licence has expired", failed.Error, StringComparison.Ordinal);
        Assert.Equal(ServerState.Running, running.State);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_stopped_manager_has_ended_its_servers_in_memory()
    {
        var manager = Manage(_notes.Config);
        await manager.StartAllAsync(Cancellation);

        await manager.StopServerAsync("notes", Cancellation);
        await manager.StartServerAsync("notes", Cancellation);
        await manager.DisposeAsync();

        Assert.Equal(0, _notes.LiveConnections);
        Assert.Equal(2, _notes.Connections);
    }

    [Fact(Timeout = 30_000)]
    public void Two_servers_of_one_id_are_refused()
    {
        var options = new McpServerManagerOptions { InMemoryServers = { _notes, new InMemoryServer("notes", new McpServerOptions()) } };

        var refused = Assert.Throws<ArgumentException>(() => new McpServerManager([_notes.Config], options));

        Assert.Contains("InMemoryServers has 2 of the id 'notes'", refused.Message, StringComparison.Ordinal);
    }

    /// <summary>A tool that takes as long as it may.</summary>
    private async Task<string> WaitAsync(CancellationToken stop)
    {
        _waits.TrySetResult();
        await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, stop);
        return "never";
    }

    private McpServerManager Manage(ServerConfig config) => new([config], new McpServerManagerOptions { InMemoryServers = { _notes } });
}
