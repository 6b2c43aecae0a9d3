using Steward.EndToEnd.Clients;
using Steward.EndToEnd.Running;
using Xunit;

namespace Steward.EndToEnd;

/// <summary>The daemon is killed by SIGKILL, with every kind of child: none outlives it, and it comes back.</summary>
public sealed class KilledDaemonTests
{
    [Fact(Timeout = 300_000)]
    public async Task No_process_outlives_a_killed_daemon_and_a_new_daemon_starts_the_servers_again()
    {
        var cancellation = TestContext.Current.CancellationToken;
        var servers = Upstreams.EveryKindOfProcess().With("node", Upstreams.Npm("memory")).EachWithShutdown(drainMs: 200, graceMs: 800);
        var ids = servers.Select(server => server.Key).ToArray();
        await using var steward = await StewardProcess.StartReadyAsync(servers, cancellation);
        var killed = steward.DaemonId;
        var old = steward.Census.Living().Where(process => process.Id != steward.GuardianId).Select(process => process.Id).ToArray();
        Assert.True(old.Length > ids.Length, "the daemon, six servers and their grandchildren were expected");

        steward.KillDaemon();

        var left = await Poll.ForAsync(() => old.Where(ProcessCensus.IsAlive).ToArray(), alive => alive.Length == 0);
        Assert.Empty(left);
        await steward.ReadFactsAsync(after: killed, cancellation);
        foreach (var id in ids)
            await steward.ReachesAsync(id, "Running", cancellation);
        using var client = await McpHttpClient.ConnectAsync(steward.EndpointOf("plain"), "after", cancellation);
        Assert.Equal("again", (await client.CallAsync("echo", new() { ["text"] = "again" }, cancellation)).Text);
    }
}
