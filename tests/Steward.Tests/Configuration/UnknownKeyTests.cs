using Xunit;

namespace Steward.Tests.Configuration;

public sealed class UnknownKeyTests
{
    [Theory]
    [InlineData("""{ "mcpServers": {}, "gatway": {} }""", "gatway", "Did you mean \"gateway\"?")]
    [InlineData("""{ "mcpServers": {}, "default": {} }""", "default", "Did you mean \"defaults\"?")]
    [InlineData("""{ "mcpServers": {}, "listen": "x" }""", "listen", "It belongs to gateway.")]
    [InlineData("""{ "mcpServers": { "a": { "command": "x", "agrs": [] } } }""", "mcpServers.a.agrs", "Did you mean \"args\"?")]
    [InlineData("""{ "mcpServers": { "a": { "command": "x", "ARGS": [] } } }""", "mcpServers.a.ARGS", "Did you mean \"args\"?")]
    [InlineData("""{ "mcpServers": { "a": { "command": "x", "alwaysAllow": [] } } }""", "mcpServers.a.alwaysAllow", "Did you mean \"autoApprove\"?")]
    [InlineData("""{ "mcpServers": { "a": { "command": "x", "timeout": 5 } } }""", "mcpServers.a.timeout", "Did you mean \"requestTimeoutMs\"?")]
    [InlineData("""{ "mcpServers": { "a": { "command": "x", "intervalMs": 5 } } }""", "mcpServers.a.intervalMs", "It belongs to health.")]
    [InlineData("""{ "mcpServers": { "a": { "command": "x", "restartPolicy": { "maxRestartAttempt": 5 } } } }""", "mcpServers.a.restartPolicy.maxRestartAttempt", "Did you mean \"maxRestartAttempts\"?")]
    [InlineData("""{ "mcpServers": { "a": { "command": "x", "health": { "timeout": 5 } } } }""", "mcpServers.a.health.timeout", "Did you mean \"timeoutMs\"?")]
    [InlineData("""{ "mcpServers": { "a": { "command": "x", "shutdown": { "garceMs": 5 } } } }""", "mcpServers.a.shutdown.garceMs", "Did you mean \"graceMs\"?")]
    [InlineData("""{ "mcpServers": { "a": { "command": "x", "tools": { "dney": [] } } } }""", "mcpServers.a.tools.dney", "Did you mean \"deny\"?")]
    [InlineData("""{ "mcpServers": {}, "defaults": { "isolaton": "x" } }""", "defaults.isolaton", "Did you mean \"isolation\"?")]
    [InlineData("""{ "mcpServers": {}, "gateway": { "limits": { "bodyMB": 1 } } }""", "gateway.limits.bodyMB", "Did you mean \"bodyMb\"?")]
    [InlineData("""{ "mcpServers": {}, "gateway": { "auth": { "baerer": {} } } }""", "gateway.auth.baerer", "Did you mean \"bearer\"?")]
    [InlineData("""{ "mcpServers": {}, "gateway": { "auth": { "bearer": { "token": [] } } } }""", "gateway.auth.bearer.token", "Did you mean \"tokens\"?")]
    [InlineData("""{ "mcpServers": {}, "gateway": { "limits": { "zzz": 1 } } }""", "gateway.limits.zzz", "Remove it. Known keys: sessions, callsInFlight, callsPerMinute, bodyMb, parkedCalls, parkedCallsPerClient, parkedMs, leasedProcesses.")]
    public void An_unknown_key_is_a_warning_with_what_was_probably_meant(string text, string path, string mend)
    {
        var warning = Assert.Single(Config.Parse(text).Warnings);

        Assert.Equal((path, mend), (warning.Path, warning.Mend));
        Assert.Contains("has no effect", warning.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_warning_stands_at_the_key()
    {
        var warning = Assert.Single(Config.Parse("{\n  \"mcpServers\": {},\n  \"x\": 1\n}").Warnings);

        Assert.Equal((3, 3), (warning.Line, warning.Column));
    }

    [Fact]
    public void A_mistyped_command_is_a_problem_that_comes_with_the_warning_explaining_it()
    {
        var error = Config.Fail("""{ "mcpServers": { "a": { "comand": "x" } } }""");

        Assert.Equal("command is missing", Assert.Single(error.Problems).Message);
        Assert.Equal("Did you mean \"command\"?", Assert.Single(error.Warnings).Mend);
        Assert.Contains("Did you mean \"command\"? (warning)", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Servers_under_another_name_are_found_out()
    {
        var error = Config.Fail("""{ "servers": { "a": { "command": "x" } } }""");

        Assert.Equal("mcpServers is missing", Assert.Single(error.Problems).Message);
        Assert.Equal("Did you mean \"mcpServers\"?", Assert.Single(error.Warnings).Mend);
    }

    [Fact]
    public void A_name_without_end_is_no_work_to_compare()
    {
        var warning = Assert.Single(Config.Parse($$"""{ "mcpServers": {}, "{{new string('g', 1_000_000)}}": 1 }""").Warnings);

        Assert.True(warning.ToString().Length < 500);
    }
}
