using Steward.Configuration;
using Xunit;

namespace Steward.Tests.Configuration;

public sealed class InstancesConfigTests
{
    [Theory(Timeout = 10_000)]
    [InlineData("""{ "mcpServers": { "a": { "command": "run", "isolation": "shared", "instances": 4 } } }""")]
    [InlineData("""{ "defaults": { "isolation": "shared" }, "mcpServers": { "a": { "command": "run", "instances": 4 } } }""")]
    [InlineData("""{ "mcpServers": { "a": { "command": "run", "isolation": "shared", "instances": 4, "stopCommand": ["docker", "rm", "s-${env:STEWARD_RUN}"] } } }""")]
    public void Several_run_of_a_server_that_keeps_nothing_between_calls(string text) => Assert.Equal(4, Config.Parse(text).Servers[0].Instances);

    [Theory(Timeout = 10_000)]
    [InlineData("""{ "mcpServers": { "a": { "command": "run", "instances": 2 } } }""", "auto")]
    [InlineData("""{ "mcpServers": { "a": { "command": "run", "instances": 2, "isolation": "session" } } }""", "session")]
    public void Of_any_other_server_they_are_a_problem(string text, string isolation)
    {
        var problem = Config.Problem(text);

        Assert.Equal("mcpServers.a.instances", problem.Path);
        Assert.Equal($"2 instances are for servers that keep nothing between calls, which isolation \"{isolation}\" does not say", problem.Message);
        Assert.Equal("Write isolation \"shared\" beside it, or remove instances.", problem.Mend);
    }

    [Fact(Timeout = 10_000)]
    public void A_stop_command_has_to_say_which_of_them_it_ends() => Assert.Equal(
        "the stopCommand does not say which of the instances it ends",
        Config.Problem("""{ "mcpServers": { "a": { "command": "run", "isolation": "shared", "instances": 2, "stopCommand": ["docker", "rm", "s"] } } }""").Message);

    [Fact(Timeout = 10_000)]
    public void Of_a_remote_server_they_have_no_effect()
    {
        var config = Config.Parse("""{ "mcpServers": { "a": { "url": "http://x/", "instances": 2 } } }""");

        Assert.Equal("instances has no effect on a remote server", Assert.Single(config.Warnings).Message);
        Assert.Equal(1, config.Servers[0].Instances);
    }

    [Fact(Timeout = 10_000)]
    public void Another_number_needs_other_runs() =>
        Assert.True(ServerDifferences.Between(new ServerConfig { Id = "a", Command = "x" }, new ServerConfig { Id = "a", Command = "x", Instances = 2 }).NeedsRestart);
}
