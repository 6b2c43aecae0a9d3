using Steward.Configuration;
using Xunit;

namespace Steward.Tests.Configuration;

public sealed class ConfigPlanTests
{
    [Fact(Timeout = 10_000)]
    public void How_much_history_is_kept_changes_at_once_and_the_rest_with_the_next_start()
    {
        var plan = ConfigPlan.Between(
            Config.Parse("""{ "mcpServers": {}, "history": { "maxAgeDays": 90 } }"""),
            Config.Parse("""{ "mcpServers": {}, "history": { "maxRows": 5 }, "alerts": { "command": ["tell"] }, "startConcurrency": 2 }"""));

        Assert.Equal(["history.maxRows", "alerts"], plan.Settings);
        Assert.Equal(["startConcurrency"], plan.NeedsRestart);
        Assert.True(plan is { ChangesNoServer: true, ChangesNothing: false });
        Assert.Contains("Changed at once: history.maxRows, alerts\n", plan.ToString(), StringComparison.Ordinal);
    }

    [Theory(Timeout = 10_000)]
    [InlineData("""{ "mcpServers": { "a": { "command": "x", "args": ["1"], "requestTimeoutMs": 1000 } } }""")]
    [InlineData("""{ "mcpServers": { "a": { "requestTimeoutMs": 1e3, /* later */ "args": ["1"], "type": "stdio", "command": "x", } } }""")]
    [InlineData("""{ "defaults": { "requestTimeoutMs": 1000.0 }, "mcpServers": { "a": { "command": "x", "args": ["1"], "health": {}, "tools": { "deny": [] }, "disabled": false } }, "gateway": { "limits": { "sessions": 1000 } } }""")]
    [InlineData("""{ "startConcurrency": 64, "groups": {}, "mcpServers": { "a": { "command": "x", "args": ["1"], "requestTimeoutMs": 1000, "env": {}, "headers": { "A": "without effect" } } } }""")]
    public void What_is_written_otherwise_and_means_the_same_is_no_change(string text)
    {
        var plan = ConfigPlan.Between(Config.Parse("""{ "mcpServers": { "a": { "command": "x", "args": ["1"], "requestTimeoutMs": 1000 } } }"""), Config.Parse(text));

        Assert.True(plan.ChangesNoServer);
        Assert.Equal(["a"], plan.Unchanged);
        Assert.Empty(plan.NeedsRestart);
        Assert.Equal("No server changes: a", plan.ToString());
    }

    [Fact(Timeout = 10_000)]
    public void The_order_of_servers_variables_and_extra_keys_is_no_change() => Assert.True(ConfigPlan.Between(
        Config.Parse("""{ "mcpServers": { "a": { "command": "x", "env": { "A": "1", "B": "2" }, "icon": { "w": 10, "h": 1.0 } }, "b": { "command": "y" } } }"""),
        Config.Parse("""{ "mcpServers": { "b": { "command": "y" }, "a": { "icon": { "h": 1, "w": 1e1 }, "command": "x", "env": { "B": "2", "A": "1" } } } }""")).ChangesNoServer);

    [Fact(Timeout = 10_000)]
    public void What_comes_goes_and_changes_is_told_with_its_effect()
    {
        var plan = Plan(
            """ "gone": { "command": "x" }, "same": { "command": "x" }, "args": { "command": "x" }, "tools": { "command": "x" }, "off": { "command": "x" }, "on": { "command": "x", "disabled": true } """,
            """ "new": { "command": "x" }, "same": { "command": "x" }, "args": { "command": "x", "args": ["1"], "env": { "A": "secret" } }, "tools": { "command": "x", "tools": { "deny": ["a"] }, "health": { "intervalMs": 5 }, "note": 1 }, "off": { "command": "x", "disabled": true }, "on": { "command": "x" } """);

        Assert.Equal(["new"], plan.Added);
        Assert.Equal(["gone"], plan.Removed);
        Assert.Equal(["same"], plan.Unchanged);
        Assert.Equal("""
              + new    is added and started
              - gone   is stopped and removed
              ~ args   is replaced without a gap: args, env
              ~ tools  is changed in place: health.intervalMs, tools.deny, note
              ~ off    is stopped and disabled: disabled
              ~ on     is enabled and started: disabled
            Unchanged: same
            """, plan.ToString());
    }

    [Theory(Timeout = 10_000)]
    [InlineData("\"name\": \"n\"", ServerChangeEffect.InPlace)]
    [InlineData("\"tags\": [\"n\"]", ServerChangeEffect.InPlace)]
    [InlineData("\"autoApprove\": [\"n\"]", ServerChangeEffect.InPlace)]
    [InlineData("\"startupTimeoutMs\": 5", ServerChangeEffect.InPlace)]
    [InlineData("\"requestTimeoutMs\": 5", ServerChangeEffect.InPlace)]
    [InlineData("\"restartPolicy\": null", ServerChangeEffect.InPlace)]
    [InlineData("\"health\": { \"timeoutMs\": 5 }", ServerChangeEffect.InPlace)]
    [InlineData("\"shutdown\": { \"graceMs\": 5 }", ServerChangeEffect.InPlace)]
    [InlineData("\"tools\": { \"allow\": [] }", ServerChangeEffect.InPlace)]
    [InlineData("\"cwd\": \"x\"", ServerChangeEffect.Restart)]
    [InlineData("\"isolation\": \"shared\"", ServerChangeEffect.Restart)]
    [InlineData("\"lifecycle\": \"discover\"", ServerChangeEffect.Restart)]
    public void Each_key_has_its_effect(string member, ServerChangeEffect effect) =>
        Assert.Equal(effect, Assert.Single(Plan(""" "a": { "command": "x" } """, $$""" "a": { "command": "x", {{member}} } """).Changed).Effect);

    [Theory(Timeout = 10_000)]
    [InlineData("", true)]
    [InlineData(", \"update\": \"inPlace\"", false)]
    [InlineData(", \"stopCommand\": [\"docker\", \"stop\", \"a\"]", false)]
    public void Whether_a_restart_leaves_a_gap_is_said(string member, bool isBeside)
    {
        var plan = Plan($$""" "a": { "command": "x"{{member}} } """, $$""" "a": { "command": "y"{{member}} } """);

        Assert.Equal(isBeside, Assert.Single(plan.Changed).IsBeside);
        Assert.Equal(isBeside ? "  ~ a  is replaced without a gap: command" : "  ~ a  is stopped and started anew: command", plan.ToString());
    }

    [Fact(Timeout = 10_000)]
    public void Where_nothing_runs_nothing_is_restarted() =>
        Assert.Equal(ServerChangeEffect.InPlace, Assert.Single(Plan(""" "a": { "command": "x", "disabled": true } """, """ "a": { "command": "y", "disabled": true } """).Changed).Effect);

    [Fact(Timeout = 10_000)]
    public void What_only_a_restart_of_the_daemon_brings_is_said()
    {
        var plan = ConfigPlan.Between(
            Config.Parse("""{ "mcpServers": {}, "groups": { "g": { "tags": ["a"] }, "old": {} } }"""),
            Config.Parse("""
                { "mcpServers": {}, "startConcurrency": 2, "groups": { "g": { "tags": ["b"] }, "new": {} }, "sseProxy": {},
                  "gateway": { "listen": "http://127.0.0.1:1", "limits": { "sessions": 5 }, "auth": { "bearer": { "tokens": ["t"] } }, "allowedHosts": ["h"] } }
                """));

        Assert.True(plan.ChangesNoServer);
        Assert.Equal(
            ["gateway.listen", "gateway.allowedHosts", "gateway.auth.bearer.tokens", "gateway.limits.sessions", "sseProxy", "startConcurrency", "groups.g.tags", "groups.old", "groups.new"],
            plan.NeedsRestart);
        Assert.StartsWith("No server changes.\nNot before 'steward down' and 'steward up': gateway.listen, ", plan.ToString(), StringComparison.Ordinal);
    }

    private static ConfigPlan Plan(string current, string wanted) =>
        ConfigPlan.Between(Config.Parse($$"""{ "mcpServers": { {{current}} } }"""), Config.Parse($$"""{ "mcpServers": { {{wanted}} } }"""));
}
