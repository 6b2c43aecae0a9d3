using System.Diagnostics;
using Steward.Clients;
using Steward.Configuration;
using Steward.Supervision;
using Steward.Tests.Parity;
using Steward.Tests.Testing;
using Xunit;

namespace Steward.Tests.Clients;

/// <summary>A program that calls a server of which several processes run.</summary>
public sealed class InstancesTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact(Timeout = 25_000)]
    public async Task A_call_that_may_be_made_again_is_made_by_another_process_without_a_wait_for_a_start()
    {
        var server = RealServers.Process("two", "fixture") with { Instances = 2, Isolation = ServerIsolation.Shared, RestartPolicy = RestartPolicy.Never };
        await using var manager = new McpServerManager([server]);
        await manager.StartServerAsync("two", Cancelled);
        var status = await manager.WaitForStatusAsync("two", static status => status.Instances?.All(static instance => instance.State == ServerState.Running) == true, Cancelled);
        var options = new ToolCallOptions { Replay = ReplayPolicy.Always };
        var before = manager.GetStatistics("two")!;

        var calls = Enumerable.Range(0, 2).Select(_ => manager.CallToolAsync("two", "sleep", new Dictionary<string, object?> { ["ms"] = 800 }, options, Cancelled)).ToArray();
        await Fleet.Until(() => manager.GetStatistics("two")!.Pending == 2);
        using (var process = Process.GetProcessById(status.Instances![0].Pid!.Value))
            process.Kill();

        foreach (var call in calls)
            Assert.NotEqual(true, (await call).IsError);
        var after = await manager.WaitForStatusAsync("two", static status => status.HealthReason is not null, Cancelled);
        Assert.Equal("1 of 2 instances run; instance 1: Crashed (SIGKILL)", after.HealthReason);
        Assert.InRange(manager.GetStatistics("two")!.MessagesSent, before.MessagesSent + 3, long.MaxValue); // those of the dead one count on
    }
}
