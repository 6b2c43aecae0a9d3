using ModelContextProtocol.Server;
using Steward;
using Steward.Configuration;
using Steward.Supervision;
using Steward.Testing;
using Xunit;

namespace TestingYourAgent;

public sealed class NoteAgentTests
{
    private readonly InMemoryServer _notes = new("notes", new McpServerOptions
    {
        ToolCollection = [McpServerTool.Create((string name) => $"the text of {name}", new() { Name = "read" })],
    });

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact(Timeout = 30_000)]
    public async Task It_reads_a_note()
    {
        await using var manager = new McpServerManager([_notes.Config], new() { InMemoryServers = { _notes } });
        await manager.StartAllAsync(Cancellation);

        Assert.Equal("the text of todo", await new NoteAgent(manager).ReadAsync("todo", Cancellation));
    }

    [Fact(Timeout = 30_000)]
    public async Task It_says_so_when_the_server_does_not_start()
    {
        _notes.StartFailure = "the disk is full";
        await using var manager = Manage(_notes.Config with { RestartPolicy = RestartPolicy.Never });

        Assert.Equal("The notes cannot be read at the moment.", await new NoteAgent(manager).ReadAsync("todo", Cancellation));
    }

    [Fact(Timeout = 30_000)]
    public async Task It_reads_again_after_a_crash_of_the_server()
    {
        await using var manager = Manage(_notes.Config with { RestartPolicy = new() { InitialDelay = TimeSpan.FromMilliseconds(1) } });
        await manager.StartAllAsync(Cancellation);

        _notes.Crash();
        await manager.WaitForStatusAsync("notes", status => status is { State: ServerState.Running, Restarts: 1 }, Cancellation);

        Assert.Equal("the text of todo", await new NoteAgent(manager).ReadAsync("todo", Cancellation));
    }

    private McpServerManager Manage(ServerConfig notes) => new([notes], new() { InMemoryServers = { _notes } });
}
