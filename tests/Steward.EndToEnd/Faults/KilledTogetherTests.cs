using System.Text.Json.Nodes;
using Steward.EndToEnd.Running;
using Xunit;

namespace Steward.EndToEnd.Faults;

/// <summary>The angel and the daemon are killed in one breath, so that nobody is left to clean up at once.</summary>
public sealed class KilledTogetherTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact(Timeout = 300_000)]
    public async Task What_both_leave_when_they_die_together_is_ended_by_the_next_start_and_the_servers_run_again()
    {
        await using var home = new StewardHome();
        var servers = Upstreams.EveryKindOfProcess().EachWithShutdown(drainMs: 100, graceMs: 400);
        var ids = servers.Select(server => server.Key).ToArray();
        var config = home.PathOf("steward.json");
        await File.WriteAllTextAsync(config, new JsonObject { ["mcpServers"] = servers }.ToJsonString(), Cancellation);
        await using var angel = await home.UpAsync(config);
        foreach (var id in ids)
            await home.ReachesAsync(id, "Running");
        var direct = new List<int>();
        foreach (var id in ids)
            direct.Add((await home.ReadAsync($"/servers/{id}")).GetProperty("pid").GetInt32());
        var daemon = home.DaemonId;
        var old = home.Living().Where(id => id != angel.Id && id != daemon).ToArray();
        Assert.True(old.Length > direct.Count, "grandchildren were expected");

        home.KillTogether(angel.Id);

        await angel.ExitAsync(Cancellation);
        Assert.Empty(await Poll.ForAsync(() => direct.Where(ProcessCensus.IsAlive).ToArray(), alive => alive.Length == 0));
        await using var next = await home.UpAsync(config);
        foreach (var id in ids)
            await home.ReachesAsync(id, "Running");
        Assert.Empty(await Poll.ForAsync(() => old.Where(ProcessCensus.IsAlive).ToArray(), alive => alive.Length == 0));
        await home.DownAsync(next);
    }
}
