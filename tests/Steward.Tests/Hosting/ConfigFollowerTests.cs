using System.Text.Json;
using Steward.Events;
using Steward.Supervision;
using Steward.Tests.Testing;
using Xunit;

namespace Steward.Tests.Hosting;

/// <summary>Managers of programs that follow the files of which they were made.</summary>
public sealed class ConfigFollowerTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly FakeLauncher _launcher = new() { OnLaunch = launch => launch.Succeed() };
    private readonly string _folder = Directory.CreateTempSubdirectory("steward-follow-").FullName;

    private string Servers => Path.Combine(_folder, "mcp.json");

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact(Timeout = 60_000)]
    public async Task A_saved_file_is_taken_over_and_nothing_else_is_touched()
    {
        await SaveAsync("""{ "mcpServers": { "stays": { "command": "x" }, "changes": { "command": "x" }, "goes": { "command": "x" } } }""");
        await using var manager = Build();
        await manager.StartAllAsync(Cancelled);
        await manager.AddServerAsync(Fleet.Server("added"), cancellationToken: Cancelled);
        var kept = (Run(manager, "own"), Run(manager, "stays"), Run(manager, "added"));
        var changed = manager.Events.WaitForAsync(EventNames.ConfigChanged, where: null, Patience, Cancelled);

        await SaveAsync("""{ "mcpServers": { "stays": { "command": "x" }, "changes": { "command": "y" }, "comes": { "command": "x" } } }""");

        var told = (await changed)!.Data;
        Assert.Equal(("comes", "goes", "changes"), (Only(told, "added"), Only(told, "removed"), Only(told, "changed")));
        await manager.WaitForStatusAsync("comes", status => status.State == ServerState.Running, Cancelled);
        await manager.WaitForStatusAsync("changes", status => status.State == ServerState.Running && manager.FindConfig("changes")!.Command == "y", Cancelled);
        Assert.Null(manager.FindStatus("goes"));
        Assert.Equal(kept, (Run(manager, "own"), Run(manager, "stays"), Run(manager, "added")));
        Assert.Equal(TimeSpan.FromSeconds(7), manager.Servers.Single(server => server.Id == "comes").Meant.Health.Interval); // the options hold for what comes, too
    }

    [Fact(Timeout = 60_000)]
    public async Task A_file_that_cannot_be_used_changes_nothing_and_the_next_one_counts_again()
    {
        await SaveAsync("""{ "mcpServers": { "a": { "command": "x" } } }""");
        await using var manager = Build();
        await manager.StartAllAsync(Cancelled);
        var run = Run(manager, "a");
        var rejected = manager.Events.WaitForAsync(EventNames.ConfigRejected, where: null, Patience, Cancelled);

        await SaveAsync("""{ "mcpServers": { "a": { "command": 1 }, "own": { "command": "again" } } }""");
        Assert.Contains("mcpServers.a.command", Only((await rejected)!.Data, "problems"), StringComparison.Ordinal);
        Assert.Equal(["a", "own"], manager.GetAllStatuses().Select(status => status.Id));
        Assert.Same(run, Run(manager, "a"));

        await SaveAsync("""{ "mcpServers": { "b": { "command": "x" } } }""");
        Assert.NotNull(await manager.Events.WaitForAsync(EventNames.ServerConnected, happened => happened.Data.GetProperty("server_id").ValueEquals("b"), Patience, Cancelled));
        Assert.Null(manager.FindStatus("a"));
    }

    [Fact(Timeout = 60_000)]
    public async Task What_the_program_does_itself_lasts_until_a_file_says_something_else_of_that_server()
    {
        await SaveAsync("""{ "mcpServers": { "removed": { "command": "x" }, "changed": { "command": "x" }, "replaced": { "command": "x" } } }""");
        await using var manager = Build();
        await manager.RemoveServerAsync("removed", Cancelled);
        await manager.UpdateServerAsync(Fleet.Server("changed") with { Command = "mine" }, Cancelled);
        await manager.DisableServerAsync("own", Cancelled);
        await manager.RemoveServerAsync("replaced", Cancelled);
        await manager.AddServerAsync(Fleet.Server("replaced") with { Command = "mine" }, start: false, Cancelled);
        var told = manager.Events.ReadAsync(new EventFilter { Names = [EventNames.ConfigChanged] }, after: 0, Cancelled).GetAsyncEnumerator(Cancelled);

        await SaveAsync("""{ "mcpServers": { "removed": { "command": "x" }, "changed": { "command": "x" }, "comes": { "command": "x" } } }""");

        Assert.True(await told.MoveNextAsync());
        Assert.Equal(("comes", "replaced"), (Only(told.Current.Data, "added"), Only(told.Current.Data, "removed")));
        Assert.Empty(told.Current.Data.GetProperty("changed").EnumerateArray());
        Assert.Null(manager.FindStatus("removed"));
        Assert.Equal(("mine", "mine", true), (manager.FindConfig("changed")!.Command, manager.FindConfig("replaced")!.Command, manager.FindConfig("own")!.Disabled));

        await SaveAsync("""{ "mcpServers": { "removed": { "command": "y" }, "changed": { "command": "y" }, "comes": { "command": "x" } } }""");
        Assert.True(await told.MoveNextAsync());
        Assert.Equal(("y", "y", true), (manager.FindConfig("removed")!.Command, manager.FindConfig("changed")!.Command, manager.FindConfig("own")!.Disabled));
    }

    [Fact(Timeout = 60_000)]
    public async Task A_file_that_is_not_there_yet_is_waited_for_and_nothing_starts_before_the_manager()
    {
        await using var manager = Build();
        var changed = manager.Events.WaitForAsync(EventNames.ConfigChanged, where: null, Patience, Cancelled);

        await SaveAsync("""{ "mcpServers": { "late": { "command": "x" } } }""");
        Assert.NotNull(await changed);

        Assert.Equal((ServerState.Stopped, 0), (manager.GetStatus("late").State, _launcher.Count));
        await manager.StartAllAsync(Cancelled);
        Assert.Equal(ServerState.Running, manager.GetStatus("late").State);
    }

    private McpServerManager Build() => McpServerManager.CreateBuilder()
        .AddJsonFile(Servers, optional: true, reloadOnChange: true)
        .AddServer(Fleet.Server("own"))
        .Configure(options =>
        {
            options.HealthCheckInterval = TimeSpan.FromSeconds(7);
            options.Adjust = host => host with { Launcher = _launcher };
        })
        .Build();

    private Task SaveAsync(string text) => File.WriteAllTextAsync(Servers, text, Cancelled);

    private static object? Run(McpServerManager manager, string id) => manager.Servers.Single(server => server.Id == id).Current;

    private static string? Only(JsonElement data, string member) => Assert.Single(data.GetProperty(member).EnumerateArray()).GetString();
}
