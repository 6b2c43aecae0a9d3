using System.Threading.Channels;
using ModelContextProtocol.Protocol;
using Steward.Clients;
using Steward.Configuration;
using Steward.Processes;
using Steward.Supervision;
using Steward.Tests.Clients;
using Steward.Tests.Processes;
using Xunit;

namespace Steward.Tests.Parity;

/// <summary>What the tests of adk-rust leave out: servers that hang or die, and changes that fail.</summary>
public sealed class AdkRecoveryTests
{
    private static readonly int SigStop = OperatingSystem.IsLinux() ? 19 : 17;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    /// <summary>There, a server counted as healthy as long as its connection was open.</summary>
    [Fact(Timeout = 60_000)]
    public async Task A_process_that_stands_still_is_found_out_and_replaced()
    {
        // Probed when the test says so, and by then it stands still: no machine is too slow for that.
        var health = new HealthPolicy { Interval = Timeout.InfiniteTimeSpan, Timeout = TimeSpan.FromMilliseconds(100), FailureThreshold = 2 };
        await using var manager = new McpServerManager([RealServers.Process("files", "echo") with { Health = health }]);
        var well = await manager.StartServerAsync("files", Cancelled);
        using var process = new Watched(well.Pid!.Value);

        Posix.Signal(process.Id, SigStop);
        Assert.Equal((ServerState.Running, ServerHealth.Degraded), await ProbeAsync(manager));
        await manager.CheckHealthAsync("files", Cancelled);

        var replaced = await manager.WaitForStatusAsync("files", status => status is { State: ServerState.Running, Restarts: > 0 } && status.Pid != process.Id, Cancelled);
        Assert.True(process.Ends());
        Assert.NotNull(replaced.Pid);
        Assert.Equal("hello", await EchoAsync(manager, "hello"));
    }

    [Theory(Timeout = 60_000)]
    [InlineData("steward-no-such-program", "echo", "steward-no-such-program")]
    [InlineData(null, "exit-at-start", "exit code 3")]
    public async Task An_update_that_does_not_come_up_leaves_the_old_definition_at_work_and_its_client_too(string? command, string mode, string reason)
    {
        var old = RealServers.Process("files", "echo");
        await using var manager = new McpServerManager([old]);
        await manager.StartServerAsync("files", Cancelled);
        var client = await manager.GetClientAsync("files", Cancelled);

        var failure = await Assert.ThrowsAsync<ServerUpdateException>(() => manager.UpdateServerAsync(old with { Command = command ?? old.Command, Args = ["--mode", mode] }, Cancelled));

        Assert.Contains(reason, failure.Message, StringComparison.Ordinal);
        Assert.Equal((ServerState.Running, ServerState.Running), (failure.Restored.State, manager.GetStatus("files").State));
        Assert.Equal((old.Command, "echo"), (manager.FindConfig("files")!.Command, manager.FindConfig("files")!.Args[1]));
        Assert.Equal(3, (await client.ListToolsAsync(cancellationToken: Cancelled)).Count);
        Assert.Equal("hello", await EchoAsync(manager, "hello"));
    }

    /// <summary>There, one subscription that was refused ended the whole reconnection.</summary>
    [Fact(Timeout = 20_000)]
    public async Task A_subscription_that_is_refused_after_a_crash_costs_neither_the_server_nor_the_others()
    {
        var refuses = false;
        var heard = Channel.CreateUnbounded<string>();
        var handlers = new ServerHandlers { ResourceUpdated = (context, token) => heard.Writer.WriteAsync(context.Params.Uri, token) };
        await using var rig = await LibraryRig.StartAsync(
            server => server.Answer = message => refuses && (string?)message["method"] == "resources/subscribe" && (string?)message["params"]!["uri"] == "a:1"
                ? "\"error\":{\"code\":-32002,\"message\":\"it is gone\"}"
                : null,
            new McpServerManagerOptions { Handlers = handlers },
            "a");
        await rig.Manager.SubscribeToResourceAsync("a", "a:1", Cancelled);
        await rig.Manager.SubscribeToResourceAsync("a", "a:2", Cancelled);

        refuses = true;
        (await rig.LaunchedAsync("a")).Crash();
        await rig.RunsAgainAsync("a");
        var next = await rig.LaunchedAsync("a");
        string?[] restored = [Uri(await next.NextAsync("resources/subscribe")), Uri(await next.NextAsync("resources/subscribe"))];
        Assert.Equal(["a:1", "a:2"], restored.Order(StringComparer.Ordinal));
        await rig.Manager.ListToolsAsync("a", Cancelled);
        await next.SayAsync("""{"jsonrpc":"2.0","method":"notifications/resources/updated","params":{"uri":"a:2"}}""");

        Assert.Equal("a:2", await heard.Reader.ReadAsync(Cancelled));
        Assert.Equal(ServerState.Running, rig.Manager.GetStatus("a").State);

        static string? Uri(System.Text.Json.Nodes.JsonNode request) => (string?)request["params"]!["uri"];
    }

    [Theory(Timeout = 60_000)]
    [InlineData("exit")]
    [InlineData("kill")]
    public async Task All_calls_of_a_process_that_dies_are_told_and_the_next_finds_another_process(string how)
    {
        await using var manager = new McpServerManager([RealServers.Process("files", "die-midcall") with { RequestTimeout = Timeout.InfiniteTimeSpan }]);
        var first = await manager.StartServerAsync("files", Cancelled);

        var calls = Enumerable.Range(0, 8).Select(_ => manager.CallToolAsync("files", "misbehave", new Dictionary<string, object?> { ["text"] = how }, cancellationToken: Cancelled)).ToArray();
        foreach (var call in calls)
        {
            var failure = await Assert.ThrowsAnyAsync<Exception>(() => call);
            Assert.True(failure is UncertainResultException or ServerNotRunningException, failure.ToString());
        }

        // Calls that found the process dead were made again, and have ended the next one as well: its status may not tell yet.
        ServerStatus next;
        do
        {
            await manager.WaitForStatusAsync("files", status => status is { State: ServerState.Running, Restarts: > 0 }, Cancelled);
            next = await manager.CheckHealthAsync("files", Cancelled);
        }
        while (next is not { State: ServerState.Running, Health: ServerHealth.Healthy });
        Assert.NotEqual(first.Pid, next.Pid);
        Assert.NotNull(next.LastExit);
        Assert.Equal("back", await EchoAsync(manager, "back"));
    }

    /// <summary>There, one call at a time had a connection.</summary>
    [Fact(Timeout = 60_000)]
    public async Task Many_calls_at_once_are_answered_each_with_its_own()
    {
        await using var manager = new McpServerManager([RealServers.Process("files", "echo"), RealServers.Process("memory", "echo")]);
        await manager.StartAllAsync(Cancelled);

        var answers = await Task.WhenAll(Enumerable.Range(0, 400).Select(i => EchoAsync(manager, $"call {i}", i % 2 == 0 ? "files" : "memory")));

        Assert.Equal(Enumerable.Range(0, 400).Select(i => $"call {i}"), answers);
    }

    private static async Task<(ServerState State, ServerHealth Health)> ProbeAsync(McpServerManager manager)
    {
        var status = await manager.CheckHealthAsync("files", Cancelled);
        return (status.State, status.Health);
    }

    private static async Task<string> EchoAsync(McpServerManager manager, string text, string id = "files")
    {
        var result = await manager.CallToolAsync(id, "echo", new Dictionary<string, object?> { ["text"] = text }, cancellationToken: Cancelled);
        return Assert.IsType<TextContentBlock>(Assert.Single(result.Content)).Text;
    }
}
