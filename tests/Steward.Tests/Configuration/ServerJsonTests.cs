using System.Text;
using System.Text.Json;
using Steward.Configuration;
using Xunit;

namespace Steward.Tests.Configuration;

public sealed class ServerJsonTests
{
    [Theory(Timeout = 10_000)]
    [InlineData("""{"command":"run"}""")]
    [InlineData("""{"name":"Files","tags":["work","read-only"],"command":"run","args":["a","b c"],"env":{"A":"${env:HOME}"},"cwd":"sub","stopCommand":["stop","${env:HOME}"],"disabled":true}""")]
    [InlineData("""{"command":"run","autoApprove":["t"],"startupTimeoutMs":1,"requestTimeoutMs":0,"isolation":"session","lifecycle":"discover"}""")]
    [InlineData("""{"command":"run","restartPolicy":{"initialDelayMs":3,"maxDelayMs":4,"backoffMultiplier":1.5,"maxRestartAttempts":6,"resetAfterMs":7,"jitter":0.8}}""")]
    [InlineData("""{"command":"run","health":{"intervalMs":0,"timeoutMs":10,"failureThreshold":11},"shutdown":{"drainMs":12,"graceMs":13,"commandMs":14},"limits":{"memoryMb":15,"cpuPercent":16,"maxProcesses":17,"maxOpenFiles":18}}""")]
    [InlineData("""{"command":"run","tools":{"allow":["x*"],"deny":["xy"]}}""")]
    [InlineData("""{"command":"run","tools":{"allow":[]}}""")]
    [InlineData("""{"url":"https://example.org/mcp"}""")]
    [InlineData("""{"type":"http","url":"https://example.org/mcp","headers":{"X-Key":"${file:key}"}}""")]
    [InlineData("""{"type":"sse","url":"https://example.org/sse","auth":{"type":"bearer","token":"${env:TOKEN}"}}""")]
    [InlineData("""{"type":"ws","url":"wss://example.org/","auth":{"type":"apiKey","header":"X-K","value":"${env:TOKEN}"}}""")]
    [InlineData("""{"url":"https://example.org/mcp","auth":{"type":"oauth"}}""")]
    [InlineData("""{"url":"https://example.org/mcp","auth":{"type":"oauth","grant":"clientCredentials","clientId":"c","clientSecret":"${env:TOKEN}","scopes":["a","b"]}}""")]
    [InlineData("""{"command":"run","icon":{"src":"a","sizes":[1.50,2e3,true,null]},"description":"it's “fine” ${x}"}""")]
    public void What_was_read_is_written_as_it_was(string text) => Assert.Equal(text, Written(Read(text)));

    [Theory(Timeout = 10_000)]
    [InlineData("""{ "type": "stdio", "command": "run", "args": [], "disabled": false, "startupTimeoutMs": 3e4, "health": { "timeoutMs": 5000.0 } }""")]
    [InlineData("""{ "command": "run", /* nothing */ "tools": { "deny": [] }, "restartPolicy": {}, }""")]
    [InlineData("""{ "command": "run", "headers": { "A": "without effect" } }""")]
    public void Defaults_and_what_has_no_effect_are_left_out(string text) => Assert.Equal("""{"command":"run"}""", Written(Read(text)));

    [Fact(Timeout = 10_000)]
    public void No_restarts_stay_no_restarts() =>
        Assert.Equal(RestartPolicy.Never, Read(Written(Read("""{ "command": "run", "restartPolicy": null }"""))).RestartPolicy);

    [Fact(Timeout = 10_000)]
    public void A_plain_dollar_and_brace_does_not_become_a_reference()
    {
        var server = Read("""{ "command": "run", "args": ["$${env:NOT_SET}"], "tools": { "deny": ["$${env:NOT_SET}", "$$${x}"] } }""");

        var again = Read(Written(server));

        Assert.Equal(["${env:NOT_SET}", "$${x}"], server.Tools.Deny);
        Assert.Equal(server.Tools.Deny, again.Tools.Deny);
        Assert.Equal(server.Args, again.Args);
    }

    [Fact(Timeout = 10_000)]
    public void An_extra_key_that_has_the_name_of_a_key_of_ours_is_not_written()
    {
        var server = new ServerConfig { Id = "a", Command = "run", Extra = new Dictionary<string, JsonElement> { ["command"] = JsonElement.Parse("\"other\"") } };

        Assert.Equal("""{"command":"run"}""", Written(server));
    }

    [Fact(Timeout = 10_000)]
    public void A_server_of_code_is_held_to_the_rules_of_the_file()
    {
        Assert.Equal("command is missing", Refusal(new ServerConfig { Id = "a" }));
        Assert.Contains("letters A-Z a-z", Refusal(new ServerConfig { Id = "a b", Command = "run" }), StringComparison.Ordinal);
        Assert.Contains("command and url are both given", Refusal(new ServerConfig { Id = "a", Command = "run", Url = "http://x/" }), StringComparison.Ordinal);
        Assert.Contains("a whole number from 1", Refusal(new ServerConfig { Id = "a", Command = "run", StartupTimeout = Timeout.InfiniteTimeSpan }), StringComparison.Ordinal);
        Assert.Contains("a number from 0 to 1", Refusal(new ServerConfig { Id = "a", Command = "run", RestartPolicy = new() { Jitter = double.NaN } }), StringComparison.Ordinal);
        Assert.Contains("one word", Refusal(new ServerConfig { Id = "a", Command = "run", Tags = ["two words"] }), StringComparison.Ordinal);
    }

    [Fact(Timeout = 10_000)]
    public void A_server_of_code_may_refer_to_what_is_not_there_yet() =>
        Assert.Equal("${env:STEWARD_NOT_SET}", ServerJson.Checked(new() { Id = "a", Command = "run", Env = new Dictionary<string, string> { ["A"] = "${env:STEWARD_NOT_SET}" } }).Env["A"]);

    [Fact(Timeout = 10_000)]
    public void A_single_server_is_read_with_the_place_of_its_problems()
    {
        var error = Assert.Throws<ConfigException>(() => ConfigFile.ParseServer("{\n  \"command\": 5, \"command\": \"x\" }"u8, "a", "request", Config.Directory));

        Assert.Equal([("request", 2, 14, "command"), ("request", 2, 17, "command")], error.Problems.Select(problem => (problem.File, problem.Line, problem.Column, problem.Path)));
    }

    [Theory(Timeout = 10_000)]
    [InlineData("[]")]
    [InlineData("")]
    [InlineData("{ \"command\": ")]
    [InlineData("{ \"command\": \"${env:STEWARD_NOT_SET}\" }")]
    public void A_single_server_that_cannot_be_read_is_a_problem_with_a_mend(string text)
    {
        var error = Assert.Throws<ConfigException>(() => ConfigFile.ParseServer(Encoding.UTF8.GetBytes(text), "a", "request", Config.Directory));

        Assert.NotEmpty(Assert.Single(error.Problems).Mend);
    }

    private static string Refusal(ServerConfig server) => Assert.Single(Assert.Throws<ConfigException>(() => ServerJson.Checked(server)).Problems).Message;

    private static string Written(ServerConfig server) => Encoding.UTF8.GetString(ServerJson.ToUtf8(server));

    private static ServerConfig Read(string text) =>
        ConfigFile.ParseServer(Encoding.UTF8.GetBytes(text), "a", "a.json", Config.Directory, checkReferences: false);
}
