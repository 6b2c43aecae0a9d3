using Steward.Configuration;
using Xunit;

namespace Steward.Tests.Configuration;

public sealed class AlertsConfigTests
{
    [Fact]
    public void What_is_written_is_read_and_secrets_keep_their_references()
    {
        var alerts = Config.Parse(
            """
            { "mcpServers": {}, "alerts": { "webhook": "https://hooks.example.org/${env:KEY}", "headers": { "X-Key": "${env:KEY}" }, "command": ["tell", "--now"], "on": ["failed", "degraded", "failed"], "minIntervalMs": 0, "timeoutMs": 500 } }
            """,
            ("KEY", "k")).Alerts!;

        Assert.Equal("https://hooks.example.org/${env:KEY}", alerts.Webhook);
        Assert.Equal("${env:KEY}", alerts.Headers["x-key"]);
        Assert.Equal(["tell", "--now"], alerts.Command);
        Assert.Equal([AlertKind.Failed, AlertKind.Degraded], alerts.On);
        Assert.Equal((TimeSpan.Zero, TimeSpan.FromMilliseconds(500)), (alerts.MinInterval, alerts.Timeout));
    }

    [Fact]
    public void Nothing_is_told_unless_it_is_asked_for()
    {
        Assert.Null(Config.Parse("""{ "mcpServers": {} }""").Alerts);
        Assert.Equal(new AlertsConfig().On, Config.Parse("""{ "mcpServers": {}, "alerts": { "command": ["tell"] } }""").Alerts!.On);
    }

    [Fact]
    public void Alerts_that_nobody_hears_are_warned_of()
    {
        var warning = Assert.Single(Config.Parse("""{ "mcpServers": {}, "alerts": { "on": ["failed"] } }""").Warnings);

        Assert.Equal("alerts", warning.Path);
        Assert.Contains("nobody hears of an alert", warning.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{ "webhook": "hooks.example.org" }""", "alerts.webhook", "must be an absolute http:// or https:// URL")]
    [InlineData("""{ "command": "tell" }""", "alerts.command", "must be a list of strings")]
    [InlineData("""{ "command": [] }""", "alerts.command", "does not name a program")]
    [InlineData("""{ "command": ["tell"], "on": ["down"] }""", "alerts.on[0]", "must be one of crashed, failed, unhealthy, degraded, recovered")]
    public void What_is_wrong_is_named(string alerts, string path, string message)
    {
        var problem = Config.Problem($$"""{ "mcpServers": {}, "alerts": {{alerts}} }""");

        Assert.Equal(path, problem.Path);
        Assert.Contains(message, problem.Message, StringComparison.Ordinal);
    }
}
