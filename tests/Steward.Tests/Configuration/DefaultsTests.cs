using Steward.Configuration;
using Xunit;

namespace Steward.Tests.Configuration;

public sealed class DefaultsTests
{
    [Fact]
    public void Defaults_hold_where_a_server_says_nothing()
    {
        var server = Merge(
            """{ "startupTimeoutMs": 1, "isolation": "shared", "lifecycle": "initialize", "cwd": "d", "disabled": true, "autoApprove": ["t"], "health": { "intervalMs": 2 }, "shutdown": { "drainMs": 3 }, "tools": { "deny": ["x"] } }""",
            """{ "command": "run" }""");

        Assert.Equal(TimeSpan.FromMilliseconds(1), server.StartupTimeout);
        Assert.Equal(ServerIsolation.Shared, server.Isolation);
        Assert.Equal(ServerLifecycle.Initialize, server.Lifecycle);
        Assert.Equal("d", server.Cwd);
        Assert.True(server.Disabled);
        Assert.Equal(["t"], server.AutoApprove);
        Assert.Equal(TimeSpan.FromMilliseconds(2), server.Health.Interval);
        Assert.Equal(TimeSpan.FromMilliseconds(3), server.Shutdown.Drain);
        Assert.False(server.Tools.Allows("x"));
    }

    [Fact]
    public void A_servers_own_value_wins_key_by_key_within_objects_too()
    {
        var server = Merge(
            """{ "startupTimeoutMs": 1, "disabled": true, "restartPolicy": { "initialDelayMs": 5, "maxRestartAttempts": 6 }, "tools": { "allow": ["a*"], "deny": ["ab"] } }""",
            """{ "command": "run", "startupTimeoutMs": 2, "disabled": false, "restartPolicy": { "maxRestartAttempts": 7 }, "tools": { "deny": ["ac"] } }""");

        Assert.Equal(TimeSpan.FromMilliseconds(2), server.StartupTimeout);
        Assert.False(server.Disabled);
        Assert.Equal(new RestartPolicy { InitialDelay = TimeSpan.FromMilliseconds(5), MaxRestartAttempts = 7 }, server.RestartPolicy);
        Assert.Equal((true, false, false), (server.Tools.Allows("ab"), server.Tools.Allows("ac"), server.Tools.Allows("b")));
    }

    [Fact]
    public void Environments_are_merged_name_by_name()
    {
        var server = Merge("""{ "env": { "A": "1", "B": "2" } }""", """{ "command": "run", "env": { "B": "3", "C": "4" } }""");

        Assert.Equal([("A", "1"), ("B", "3"), ("C", "4")], server.Env.Select(pair => (pair.Key, pair.Value)).Order());
    }

    [Fact]
    public void A_null_restart_policy_is_inherited_and_an_own_object_replaces_it()
    {
        Assert.Equal(RestartPolicy.Never, Merge("""{ "restartPolicy": null }""", """{ "command": "run" }""").RestartPolicy);
        Assert.Equal(
            new RestartPolicy { Jitter = 0 },
            Merge("""{ "restartPolicy": null }""", """{ "command": "run", "restartPolicy": { "jitter": 0 } }""").RestartPolicy);
    }

    [Fact]
    public void No_attempts_in_defaults_are_no_attempts_in_a_server_that_says_something_else()
    {
        var server = Merge("""{ "restartPolicy": { "maxRestartAttempts": 0 } }""", """{ "command": "run", "restartPolicy": { "jitter": 0 } }""");

        Assert.Equal(0, server.RestartPolicy.MaxRestartAttempts);
    }

    [Fact]
    public void Defaults_may_stand_behind_the_servers()
    {
        var server = Assert.Single(Config.Parse("""{ "mcpServers": { "a": { "command": "run" } }, "defaults": { "isolation": "session" } }""").Servers);

        Assert.Equal(ServerIsolation.Session, server.Isolation);
    }

    [Fact]
    public void A_remote_server_is_not_warned_about_the_environment_of_defaults() =>
        Assert.Empty(Config.Parse("""{ "mcpServers": { "a": { "url": "http://x/" } }, "defaults": { "env": { "A": "1" }, "cwd": "x" } }""").Warnings);

    [Fact]
    public void A_way_to_reach_a_server_is_no_default()
    {
        var warning = Assert.Single(Config.Parse("""{ "mcpServers": {}, "defaults": { "command": "x" } }""").Warnings);

        Assert.Equal(("defaults.command", "It belongs to a server."), (warning.Path, warning.Mend));
    }

    private static ServerConfig Merge(string defaults, string server) =>
        Assert.Single(Config.Parse($$"""{ "defaults": {{defaults}}, "mcpServers": { "a": {{server}} } }""").Servers);
}
