using Steward.Configuration;
using Xunit;

namespace Steward.Tests.Configuration;

public sealed class HealthCallTests
{
    [Fact]
    public void What_a_probe_is_to_call_is_read_and_written_as_it_was_said()
    {
        var health = Parse("""{ "tool": "query", "arguments": { "sql": "select 1", "n": 1.50 }, "expect": { "rows": [ 1 ] } }""");
        Assert.Equal(new HealthCall { Tool = "query", Arguments = """{"sql":"select 1","n":1.50}""", ExpectedMembers = """{"rows":[1]}""" }, health.Call);
        Assert.Equal(new HealthCall { Tool = "query", ExpectedText = "say \"1\"" }, Parse("""{ "tool": "query", "expect": "say \"1\"" }""").Call);
        Assert.Null(Config.ParseServer("""{ "command": "run" }""").Health.Call);
    }

    [Fact]
    public void Objectives_are_off_and_on_by_default_as_they_are_documented()
    {
        var health = Config.ParseServer("""{ "command": "run" }""").Health;
        Assert.Equal((Timeout.InfiniteTimeSpan, 0.5), (health.Latency, health.ErrorRate));
        health = Config.ParseServer("""{ "command": "run", "health": { "latencyMs": 250, "errorRate": 0 } }""").Health;
        Assert.Equal((TimeSpan.FromMilliseconds(250), 0), (health.Latency, health.ErrorRate));
    }

    [Theory]
    [InlineData("{}", "mcpServers.a.health.call", "tool is missing")]
    [InlineData("""{ "tool": "" }""", "mcpServers.a.health.call.tool", "is \"\", but must not be empty")]
    [InlineData("""{ "tool": "t", "arguments": [] }""", "mcpServers.a.health.call.arguments", "is a list, but must be an object")]
    [InlineData("""{ "tool": "t", "expect": 1 }""", "mcpServers.a.health.call.expect", "is 1, but must be an object or a text")]
    [InlineData("""{ "tool": "t", "arguments": { "a": ["${env:HOME}"] } }""", "mcpServers.a.health.call.arguments", "holds a reference such as ${env:NAME}, and none are resolved here")]
    public void What_cannot_be_called_is_a_problem_with_its_place(string call, string path, string message)
    {
        var problem = Config.Problem($$"""{ "mcpServers": { "a": { "command": "x", "health": { "call": {{call}} } } } }""");
        Assert.Equal((path, message), (problem.Path, problem.Message));
    }

    [Theory]
    [InlineData("t", "not json", null, null, "health.call.arguments", "Arguments is \"not json\", but must be the text of a JSON object")]
    [InlineData("t", "[1]", null, null, "health.call.arguments", "Arguments is \"[1]\", but must be the text of a JSON object")]
    [InlineData("t", null, null, "\"x\"", "health.call.expect", "ExpectedMembers is \"\"x\"\", but must be the text of a JSON object")]
    [InlineData("t", null, "x", "{}", "health.call.expect", "ExpectedText and ExpectedMembers are both given")]
    [InlineData("", null, null, null, "health.call", "tool is missing")]
    public void What_cannot_be_called_is_a_problem_of_a_definition_in_code_as_well(string tool, string? arguments, string? text, string? members, string path, string message)
    {
        var call = new HealthCall { Tool = tool, Arguments = arguments, ExpectedText = text, ExpectedMembers = members };
        var problem = Assert.Single(Assert.Throws<ConfigException>(() => ServerJson.Checked(new ServerConfig { Id = "a", Command = "x", Health = new() { Call = call } })).Problems);
        Assert.Equal(("server a", path, message), (problem.File, problem.Path, problem.Message));
        Assert.NotEmpty(problem.Mend);
    }

    [Fact]
    public void A_change_of_the_call_is_a_change_that_restarts_nobody()
    {
        var (before, after) = (Config.ParseServer("""{ "command": "x" }"""), Config.ParseServer("""{ "command": "x", "health": { "call": { "tool": "t" } } }"""));
        var change = ServerDifferences.Between(before, after);
        Assert.False(change.NeedsRestart);
        Assert.True(ServerDifferences.Between(after, before).NeedsRestart is false && ServerDifferences.Between(after, after).NeedsRestart is false);
    }

    private static HealthPolicy Parse(string call) => Config.ParseServer($$"""{ "command": "run", "health": { "call": {{call}} } }""").Health;
}
