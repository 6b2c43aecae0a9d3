using ModelContextProtocol.Protocol;
using Steward.Configuration;
using Steward.Supervision;
using Steward.Tests.Clients;
using Steward.Tests.Gateway;
using Steward.Tests.Processes;
using Xunit;

namespace Steward.Tests.Parity;

/// <summary>mcp_runner's <c>McpRunner</c>, which none of its tests touches: a program that has processes started by their names.</summary>
public sealed class McpRunnerTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    /// <summary>There, a start was done once a process was there, a second client was refused, and a stop killed it.</summary>
    [Fact(Timeout = 60_000)]
    public async Task A_program_starts_a_process_by_its_name_talks_with_it_stops_it_and_starts_it_anew()
    {
        await using var manager = Manage(RealServers.Process("one", "echo"), RealServers.Process("two", "echo"));
        var first = await manager.StartServerAsync("one", Cancelled);
        using var process = new Watched(first.Pid!.Value);

        Assert.Equal(first.Pid, (await manager.StartServerAsync("one", Cancelled)).Pid); // it runs: nothing is started
        Assert.Equal([("one", ServerState.Running), ("two", ServerState.Stopped)], manager.GetAllStatuses().Select(status => (status.Id, status.State)));
        Assert.Equal(["echo", "progress_burst", "misbehave"], (await manager.ListToolsAsync("one", Cancelled)).Select(tool => tool.Name));
        var client = await manager.GetClientAsync("one", Cancelled);
        Assert.Same(client, await manager.GetClientAsync("one", Cancelled));
        Assert.Equal("hello", await EchoAsync(manager, "one"));

        Assert.Equal((ServerState.Stopped, null), await manager.StopServerAsync("one", Cancelled) is var stopped ? (stopped.State, stopped.Pid) : default);
        Assert.True(process.Ends());
        Assert.Equal(ServerState.Stopped, (await manager.StopServerAsync("one", Cancelled)).State); // also where there is nothing to stop

        Assert.NotEqual(first.Pid, (await manager.StartServerAsync("one", Cancelled)).Pid);
        Assert.Equal("hello", await EchoAsync(manager, "one"));
        Assert.Equal(3, (await client.ListToolsAsync(cancellationToken: Cancelled)).Count);
    }

    [Fact(Timeout = 60_000)]
    public async Task Who_is_not_there_and_what_cannot_be_started_is_told_by_its_name()
    {
        await using var manager = Manage(
            RealServers.Process("files", "echo"),
            new ServerConfig { Id = "missing", Command = "steward-no-such-program" },
            RealServers.Process("bad", "exit-at-start") with { RestartPolicy = RestartPolicy.Never });

        foreach (var ask in (Func<Task>[])[() => manager.StartServerAsync("fils", Cancelled), () => manager.StopServerAsync("fils", Cancelled), () => manager.GetClientAsync("fils", Cancelled)])
            Assert.Contains("Did you mean 'files'?", (await Assert.ThrowsAsync<UnknownServerException>(ask)).Message, StringComparison.Ordinal);
        Assert.Throws<UnknownServerException>(() => manager.GetStatus("fils"));
        await Assert.ThrowsAsync<ServerNotRunningException>(() => manager.GetClientAsync("files", Cancelled));
        var missing = await Assert.ThrowsAsync<ServerStartException>(() => manager.StartServerAsync("missing", Cancelled));
        Assert.Contains("steward-no-such-program", missing.Message, StringComparison.Ordinal);
        Assert.Equal((ServerState.FailedToStart, null), (missing.Status.State, missing.Status.Pid)); // there, it stayed "Starting"
        Assert.Contains("exit code 3", (await Assert.ThrowsAsync<ServerStartException>(() => manager.StartServerAsync("bad", Cancelled))).Message, StringComparison.Ordinal);
    }

    /// <summary>There, one failure lost the ids of all that had been started, which ran on.</summary>
    [Fact(Timeout = 60_000)]
    public async Task Starting_all_loses_nobody_and_stopping_all_leaves_nobody()
    {
        await using var manager = Manage(
            RealServers.Process("first", "echo"),
            RealServers.Process("bad", "exit-at-start") with { RestartPolicy = RestartPolicy.Never },
            new ServerConfig { Id = "missing", Command = "steward-no-such-program" },
            RealServers.Process("last", "echo"));

        var outcomes = await manager.StartAllAsync(Cancelled);

        Assert.Equal(["bad", "first", "last", "missing"], outcomes.Keys.Order(StringComparer.Ordinal));
        Assert.Contains("exit code 3", outcomes["bad"].Error, StringComparison.Ordinal);
        Assert.Contains("steward-no-such-program", outcomes["missing"].Error, StringComparison.Ordinal);
        Assert.Equal((null, null, 2), (outcomes["first"].Error, outcomes["last"].Error, manager.RunningServerCount));
        Assert.Equal(["hello", "hello"], await Task.WhenAll(EchoAsync(manager, "first"), EchoAsync(manager, "last")));

        using var first = new Watched(manager.GetStatus("first").Pid!.Value);
        using var last = new Watched(manager.GetStatus("last").Pid!.Value);
        await manager.ShutdownAsync(Cancelled);
        Assert.All(manager.GetAllStatuses(), status => Assert.Equal(ServerState.Stopped, status.State));
        Assert.True(first.Ends() && last.Ends());
    }

    /// <summary>There, processes outlived the runner that had started them.</summary>
    [Fact(Timeout = 60_000)]
    public async Task Processes_end_with_the_manager_that_is_disposed_of()
    {
        var manager = Manage(RealServers.Process("one", "echo"), RealServers.Process("stubborn", "stubborn"));
        await manager.StartAllAsync(Cancelled);
        using var one = new Watched(manager.GetStatus("one").Pid!.Value);
        using var stubborn = new Watched(manager.GetStatus("stubborn").Pid!.Value); // ignores the end of its input, and SIGTERM

        await manager.DisposeAsync();

        Assert.False(one.IsAlive || stubborn.IsAlive);
    }

    /// <summary>There, servers were asked for their tools one after the other, each for up to fifteen seconds.</summary>
    [Fact(Timeout = 10_000)]
    public async Task A_server_that_does_not_list_its_tools_is_told_by_its_name_and_holds_up_no_other()
    {
        var bounded = GatewayRig.Server("slow") with { RequestTimeout = TimeSpan.FromSeconds(15) };
        await using var rig = await LibraryRig.StartAsync(script: null, new McpServerManagerOptions(), bounded, GatewayRig.Server("quick"));
        await rig.Manager.GetClientAsync("slow", Cancelled);
        var slow = await rig.LaunchedAsync("slow");
        slow.Keeps = "tools/list";
        slow.HasHeard("whatever came before");

        var listing = rig.Manager.ListToolsAsync("slow", Cancelled);
        await slow.NextAsync("tools/list");
        Assert.Equal(["echo", "wait"], (await rig.Manager.ListToolsAsync("quick", Cancelled)).Select(tool => tool.Name));
        Assert.Equal(4, (await rig.Manager.GetToolsAsync(cancellationToken: Cancelled)).Current.Count); // what it said before is known

        rig.Time.Advance(TimeSpan.FromSeconds(15));
        var failure = await Assert.ThrowsAnyAsync<Exception>(() => listing);
        Assert.Contains("'slow'", failure.Message, StringComparison.Ordinal);
        Assert.Equal(["echo", "wait"], (await rig.Manager.ListToolsAsync("quick", Cancelled)).Select(tool => tool.Name));
    }

    private static async Task<string> EchoAsync(McpServerManager manager, string id)
    {
        var result = await manager.CallToolAsync(id, "echo", new Dictionary<string, object?> { ["text"] = "hello" }, cancellationToken: Cancelled);
        return Assert.IsType<TextContentBlock>(Assert.Single(result.Content)).Text;
    }

    private static McpServerManager Manage(params ServerConfig[] servers) => new(servers);
}
