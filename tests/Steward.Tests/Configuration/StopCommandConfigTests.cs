using Steward.Configuration;
using Xunit;

namespace Steward.Tests.Configuration;

public sealed class StopCommandConfigTests
{
    [Fact(Timeout = 10_000)]
    public void It_keeps_its_references_and_may_refer_to_the_run_as_arguments_may()
    {
        var server = Config.Parse("""{ "mcpServers": { "a": { "command": "docker", "args": ["run", "--name", "s-${env:STEWARD_RUN}"], "stopCommand": ["docker", "stop", "s-${env:STEWARD_RUN}"] } } }""").Servers[0];

        Assert.Equal(["docker", "stop", "s-${env:STEWARD_RUN}"], server.StopCommand);
        Assert.Equal(TimeSpan.FromSeconds(15), server.Shutdown.Command);
    }

    [Fact(Timeout = 10_000)]
    public void It_is_inherited_and_an_empty_list_means_none()
    {
        var servers = Config.Parse("""{ "defaults": { "stopCommand": ["x"] }, "mcpServers": { "a": { "command": "run" }, "b": { "command": "run", "stopCommand": [] } } }""").Servers;

        Assert.Equal(["x"], servers[0].StopCommand);
        Assert.Empty(servers[1].StopCommand);
    }

    [Fact(Timeout = 10_000)]
    public void It_names_a_program() =>
        Assert.Equal("does not name a program", Config.Problem("""{ "mcpServers": { "a": { "command": "run", "stopCommand": [""] } } }""").Message);

    [Fact(Timeout = 10_000)]
    public void On_a_remote_server_it_has_no_effect() =>
        Assert.Equal("stopCommand has no effect on a remote server", Assert.Single(Config.Parse("""{ "mcpServers": { "a": { "url": "http://x/", "stopCommand": ["x"] } } }""").Warnings).Message);

    [Fact(Timeout = 10_000)]
    public void Another_one_needs_another_run() =>
        Assert.True(ServerDifferences.Between(new ServerConfig { Id = "a", Command = "x" }, new ServerConfig { Id = "a", Command = "x", StopCommand = ["y"] }).NeedsRestart);
}
