using System.Text;
using Steward.Configuration;
using Steward.Supervision;
using Steward.Tests.Configuration;
using Steward.Tests.Registry;
using Steward.Tests.Testing;
using Xunit;

namespace Steward.Tests.Parity;

/// <summary>The manager of adk-rust: a set of servers that is built, changed, started and stopped.</summary>
public sealed class AdkRegistryTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact(Timeout = 10_000)]
    public async Task Nothing_starts_before_it_is_asked_to()
    {
        await using var fleet = new Fleet(Fleet.Server("on"), Fleet.Server("off") with { Disabled = true });

        await fleet.Manager.WaitUntilSettledAsync(Cancelled);

        Assert.Equal([("on", ServerState.Stopped), ("off", ServerState.Disabled)], fleet.Manager.GetAllStatuses().Select(status => (status.Id, status.State)));
        Assert.Equal(0, fleet.Launcher.Count);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_manager_is_made_of_code_of_a_text_or_of_a_file_and_starts_nothing()
    {
        const string text = """{ "mcpServers": { "on": { "command": "fake" }, "off": { "command": "fake", "disabled": true } } }""";
        var file = Path.Combine(Directory.CreateTempSubdirectory("steward-parity-").FullName, "mcp.json");
        await File.WriteAllTextAsync(file, text, Cancelled);

        foreach (var make in (Func<McpServerManager>[])[
            () => new McpServerManager([Fleet.Server("on"), Fleet.Server("off") with { Disabled = true }]),
            () => McpServerManager.FromJson(text),
            () => McpServerManager.FromJsonFile(file),
        ])
        {
            await using var manager = make();
            await manager.WaitUntilSettledAsync(Cancelled);
            Assert.Equal([("on", ServerState.Stopped), ("off", ServerState.Disabled)], manager.GetAllStatuses().Select(status => (status.Id, status.State)));
        }

        Directory.Delete(Path.GetDirectoryName(file)!, recursive: true);
        Assert.Contains(file, Assert.Throws<ConfigException>(() => McpServerManager.FromJsonFile(file)).Message, StringComparison.Ordinal);
    }

    /// <summary>There, ids were checked when a server was added, and not when the manager was made.</summary>
    [Fact(Timeout = 10_000)]
    public void What_a_manager_cannot_be_made_of_is_refused_with_its_place()
    {
        Assert.Contains("../../server", Assert.Throws<ConfigException>(() => new McpServerManager([Fleet.Server("../../server")])).Message, StringComparison.Ordinal);
        Assert.Contains("files", Assert.Throws<ConfigException>(() => new McpServerManager([Fleet.Server(), Fleet.Server()])).Message, StringComparison.Ordinal);
        Assert.Contains("(1,", Assert.Throws<ConfigException>(() => McpServerManager.FromJson("""{ "mcpServers": """)).Message, StringComparison.Ordinal);
        Assert.Contains("mcpServers.a: command is missing", Assert.Throws<ConfigException>(() => McpServerManager.FromJson("""{ "mcpServers": { "a": { "args": [] } } }""")).Message, StringComparison.Ordinal);
    }

    [Fact(Timeout = 10_000)]
    public async Task Starting_all_tells_of_each_server_what_became_of_it_and_leaves_the_disabled_alone()
    {
        await using var fleet = new Fleet(Fleet.Server("good"), Fleet.Server("bad"), Fleet.Server("off") with { Disabled = true });
        fleet.Launcher.OnLaunch = launch =>
        {
            if (launch.Config.Id == "bad")
                launch.Fail("no such program", isPermanent: true);
            else
                launch.Succeed();
        };

        fleet.Manager.StartAll();
        await fleet.Manager.WaitUntilSettledAsync(Cancelled);
        fleet.Manager.StartAll(); // leaves alone what runs
        await fleet.Manager.WaitUntilSettledAsync(Cancelled);

        Assert.Equal(
            [("good", ServerState.Running, null), ("bad", ServerState.FailedToStart, "no such program"), ("off", ServerState.Disabled, null)],
            fleet.Manager.GetAllStatuses().Select(status => (status.Id, status.State, status.LastError)));
        Assert.Equal((1, 1), (fleet.Launcher.Living("good"), fleet.Manager.GetAllStatuses().Count(status => status.State == ServerState.Running)));
    }

    [Fact(Timeout = 10_000)]
    public async Task A_manager_without_servers_starts_stops_and_tells_nothing()
    {
        await using var rig = await RegistryRig.StartAsync();

        rig.Manager.StartAll();
        await rig.Manager.WaitUntilSettledAsync(Cancelled);
        await rig.Manager.ShutdownAsync(Cancelled);

        Assert.Empty(rig.Manager.GetAllStatuses());
        Assert.Empty(rig.Registry.ListConnections());
    }

    [Fact(Timeout = 10_000)]
    public async Task After_the_shutdown_all_are_stopped_but_for_the_disabled()
    {
        await using var fleet = new Fleet(Fleet.Server("good"), Fleet.Server("bad"), Fleet.Server("waits"), Fleet.Server("off") with { Disabled = true });
        fleet.Launcher.OnLaunch = launch =>
        {
            if (launch.Config.Id == "good")
                launch.Succeed();
            else
                launch.Fail("no", isPermanent: launch.Config.Id == "bad");
        };
        fleet.Manager.StartAll();
        await fleet.Reaches(ServerState.Running, "good");
        await fleet.Reaches(ServerState.FailedToStart, "bad");
        await fleet.Reaches(ServerState.Restarting, "waits");

        await fleet.Manager.ShutdownAsync(Cancelled);

        Assert.Equal(
            [ServerState.Stopped, ServerState.Stopped, ServerState.Stopped, ServerState.Disabled],
            fleet.Manager.GetAllStatuses().Select(status => status.State));
        var launches = fleet.Launcher.Count;
        fleet.Time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(launches, fleet.Launcher.Count);
    }

    /// <summary>The seed leaves one that is enabled stopped. Here it does what it would have done, had it never been disabled.</summary>
    [Fact(Timeout = 10_000)]
    public async Task A_server_goes_from_added_to_removed_through_every_operation()
    {
        await using var rig = await RegistryRig.StartAsync();

        Assert.Equal(ServerState.Disabled, (await rig.Registry.AddAsync(Fleet.Server() with { Disabled = true }, cancellationToken: Cancelled)).Status.State);
        Assert.Contains("enable it", (await Assert.ThrowsAsync<InvalidOperationException>(() => rig.Registry.ConnectAsync(Fleet.Only, Cancelled))).Message, StringComparison.Ordinal);
        Assert.Equal(ServerState.Running, (await rig.Registry.EnableAsync(Fleet.Only, Cancelled)).Status.State);
        Assert.Equal("other", (await rig.Registry.UpdateAsync(Fleet.Server() with { Command = "other" }, Cancelled)).Config.Command);
        Assert.Equal(ServerState.Stopped, (await rig.Registry.DisconnectAsync(Fleet.Only, Cancelled)).State);
        Assert.Equal(("third", ServerState.Stopped), await rig.Registry.UpdateAsync(Fleet.Server() with { Command = "third" }, Cancelled) is var updated ? (updated.Config.Command, updated.Status.State) : default);
        Assert.Equal(ServerState.Running, (await rig.Manager.RestartServerAsync(Fleet.Only, Cancelled)).State); // also starts what is stopped
        Assert.Equal(ServerState.Disabled, (await rig.Registry.DisableAsync(Fleet.Only, Cancelled)).Status.State);
        Assert.Equal(0, rig.Launcher.Living(Fleet.Only));
        Assert.True(await rig.Registry.RemoveAsync(Fleet.Only, Cancelled));
        Assert.Empty(rig.Registry.List());
    }

    [Theory(Timeout = 10_000)]
    [InlineData("")]
    [InlineData("../../server")]
    [InlineData("with space")]
    [InlineData("naïve")]
    [InlineData("a/b")]
    public async Task An_id_that_is_unsafe_is_refused_wherever_it_comes_from(string id)
    {
        await using var rig = await RegistryRig.StartAsync();

        await Assert.ThrowsAsync<ConfigException>(() => rig.Manager.AddServerAsync(Fleet.Server(id), cancellationToken: Cancelled));
        await Assert.ThrowsAsync<ConfigException>(() => rig.Registry.AddAsync(Fleet.Server(id), cancellationToken: Cancelled));
        await Assert.ThrowsAsync<ConfigException>(() => rig.Registry.UpdateAsync(Fleet.Server(id), Cancelled));
        Assert.Empty(rig.Manager.GetAllStatuses());
    }

    /// <summary>There, keys that the manager does not know were lost, and the order of servers with them.</summary>
    [Fact(Timeout = 10_000)]
    public void What_is_exported_declares_the_same_servers_in_the_same_order()
    {
        var loaded = Config.Parse("""
            {
              "mcpServers": {
                "z": { "command": "npx", "args": ["-y", "server"], "env": { "TOKEN": "${env:TOKEN:-none}" }, "autoApprove": ["read"], "cwd": "/srv" },
                "off": { "command": "old", "disabled": true, "restartPolicy": null, "cwd": "/srv" },
                "a": {
                  "command": "uvx", "lifecycle": "discover", "cwd": "/srv",
                  "restartPolicy": { "initialDelayMs": 5, "maxDelayMs": 50, "backoffMultiplier": 3, "maxRestartAttempts": 1 },
                  "taskConfig": { "enableTasks": true, "timeoutMs": null }
                }
              }
            }
            """);

        var exported = Encoding.UTF8.GetString(ServerListJson.Write(loaded.Servers));
        var again = Config.Parse(exported);

        Assert.Equal(["z", "off", "a"], again.Servers.Select(server => server.Id));
        Assert.All(loaded.Servers.Zip(again.Servers), pair => Samples.Equal(pair.First, pair.Second));
        Assert.Contains("\"enableTasks\": true", exported, StringComparison.Ordinal);
        Assert.Equal(exported, Encoding.UTF8.GetString(ServerListJson.Write(again.Servers)));
    }

    [Fact(Timeout = 10_000)]
    public void Every_key_of_taskConfig_reaches_its_record()
    {
        var servers = Config.Parse("""
            {
              "mcpServers": {
                "a": { "command": "x", "taskConfig": { "enableTasks": true, "pollIntervalMs": 2000, "timeoutMs": 60000, "maxPollAttempts": 10, "maxInputRounds": 3 } },
                "b": { "command": "x", "taskConfig": {} }
              }
            }
            """).Servers;

        var said = new TaskPolicy { Enabled = true, PollInterval = TimeSpan.FromSeconds(2), Timeout = TimeSpan.FromMinutes(1), MaxPollAttempts = 10, MaxInputRounds = 3 };
        Assert.Equal([said, new TaskPolicy()], servers.Select(server => server.Tasks));
    }

    [Fact(Timeout = 10_000)]
    public async Task An_update_of_a_running_server_that_fails_brings_the_old_one_back_and_says_so()
    {
        await using var rig = await RegistryRig.StartAsync();
        await rig.Registry.AddAsync(Fleet.Server(), cancellationToken: Cancelled);
        rig.Launcher.OnLaunch = launch =>
        {
            if (launch.Config.Command == "broken")
                launch.Fail("no such program", isPermanent: true);
            else
                launch.Succeed();
        };

        var failed = await Assert.ThrowsAsync<ServerUpdateException>(() => rig.Registry.UpdateAsync(Fleet.Server() with { Command = "broken" }, Cancelled));

        Assert.Contains("no such program", failed.Message, StringComparison.Ordinal);
        Assert.Equal(("fake", ServerState.Running), (rig.Manager.FindConfig(Fleet.Only)!.Command, rig.Manager.FindStatus(Fleet.Only)!.State));
        Assert.Null(rig.Launcher.LivedTwice);
    }
}
