using Steward.Configuration;
using Xunit;

namespace Steward.Tests.Configuration;

public sealed class GatewayTests
{
    [Fact]
    public void Without_a_gateway_the_documented_defaults_hold()
    {
        var config = Config.Parse("""{ "mcpServers": {} }""");

        Assert.Equal("http://127.0.0.1:7420", config.Gateway.Listen);
        Assert.Equal(ToolNaming.Always, config.Gateway.Naming);
        Assert.Null(config.Gateway.AllowedServers);
        Assert.Empty(config.Gateway.AllowedHosts);
        Assert.Empty(config.Gateway.AllowedOrigins);
        Assert.Empty(config.Gateway.BearerTokens);
        Assert.Equal(new GatewayLimits(), config.Gateway.Limits);
        Assert.Equal(64, config.StartConcurrency);
        Assert.Empty(config.Warnings);
    }

    [Fact]
    public void Every_key_of_the_gateway_reaches_its_record()
    {
        var config = Config.Parse("""
            {
              "mcpServers": { "a": { "command": "x" } },
              "startConcurrency": 2,
              "gateway": {
                "listen": "http://localhost:0", "naming": "onCollision", "allowedServers": ["a"], "allowedHosts": ["mcp.example.org", "10.0.0.1", "::1"],
                "allowedOrigins": ["https://app.example.org:8443", "vscode-webview://abc"], "auth": { "bearer": { "tokens": ["${env:T}"] } },
                "limits": { "sessions": 1, "callsInFlight": 2, "callsPerMinute": 3, "bodyMb": 4, "parkedCalls": 5, "parkedCallsPerClient": 6, "parkedMs": 7000 }
              }
            }
            """, ("T", "s3cret"));

        var gateway = config.Gateway;
        Assert.Equal(("http://localhost:0", ToolNaming.OnCollision, 2), (gateway.Listen, gateway.Naming, config.StartConcurrency));
        Assert.Equal(["a"], gateway.AllowedServers);
        Assert.Equal(["mcp.example.org", "10.0.0.1", "::1"], gateway.AllowedHosts);
        Assert.Equal(["https://app.example.org:8443", "vscode-webview://abc"], gateway.AllowedOrigins);
        Assert.Equal(new GatewayLimits { Sessions = 1, CallsInFlight = 2, CallsPerMinute = 3, BodyMb = 4, ParkedCalls = 5, ParkedCallsPerClient = 6, ParkedLife = TimeSpan.FromSeconds(7), LeasedProcesses = 8 }, gateway.Limits);
        Assert.Equal(["${env:T}"], gateway.BearerTokens);
        Assert.Equal(["other"], gateway.ResolveBearerTokens(Config.Variables(("T", "other"))));
    }

    [Theory]
    [InlineData("http://127.0.0.1:7420")]
    [InlineData("http://127.9.9.9:1")]
    [InlineData("http://[::1]:7420/")]
    [InlineData("http://LOCALHOST")]
    public void The_loopback_needs_no_tokens(string listen) =>
        Assert.Equal(listen, Config.Parse($$"""{ "mcpServers": {}, "gateway": { "listen": "{{listen}}" } }""").Gateway.Listen);

    [Theory]
    [InlineData("http://0.0.0.0:7420")]
    [InlineData("http://[::]:7420")]
    [InlineData("http://*:7420")]
    [InlineData("http://+:7420")]
    [InlineData("http://192.168.1.5:7420")]
    [InlineData("http://localhost.example.org:7420")]
    [InlineData("http://128.0.0.1")]
    public void What_others_can_reach_needs_tokens(string listen)
    {
        var problem = Config.GatewayProblem($$"""{ "listen": "{{listen}}" }""");

        Assert.Equal(("gateway.listen", 44), (problem.Path, problem.Column));
        Assert.Contains("which others can reach", problem.Message, StringComparison.Ordinal);
        Assert.Contains("tokens", problem.Mend, StringComparison.Ordinal);

        var open = Config.Parse($$"""{ "mcpServers": {}, "gateway": { "listen": "{{listen}}", "auth": { "bearer": { "tokens": ["abc"] } } } }""");
        Assert.Equal(listen, open.Gateway.Listen);
    }

    [Theory]
    [InlineData("http://127.0.0.1:7420/mcp")]
    [InlineData("https://127.0.0.1:7420")]
    [InlineData("127.0.0.1:7420")]
    [InlineData("http://127.0.0.1:99999")]
    [InlineData("http://u@127.0.0.1")]
    [InlineData(":7420")]
    [InlineData("")]
    public void An_address_that_is_none_is_refused(string listen)
    {
        var problem = Config.GatewayProblem($$"""{ "listen": "{{listen}}" }""");

        Assert.Equal(("gateway.listen", "Write it as http://127.0.0.1:7420; for HTTPS put a reverse proxy before it."), (problem.Path, problem.Mend));
    }

    [Fact]
    public void The_address_may_be_a_reference_and_is_resolved_at_once()
    {
        const string Text = """{ "mcpServers": {}, "gateway": { "listen": "http://${env:HOST:-127.0.0.1}:${env:PORT}" } }""";

        Assert.Equal("http://127.0.0.1:80", Config.Parse(Text, ("PORT", "80")).Gateway.Listen);
        Assert.Equal("gateway.listen", Config.Problem(Text, ("PORT", "80"), ("HOST", "0.0.0.0")).Path);
        Assert.Contains("PORT", Config.Problem(Text).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Tokens_that_cannot_be_resolved_are_not_also_said_to_be_missing()
    {
        var problem = Config.GatewayProblem("""{ "listen": "http://0.0.0.0:1", "auth": { "bearer": { "tokens": ["${env:GONE}"] } } }""");

        Assert.Equal("gateway.auth.bearer.tokens[0]", problem.Path);
    }

    [Fact]
    public void A_token_that_has_become_useless_is_refused_when_it_is_resolved()
    {
        var gateway = new GatewayConfig { BearerTokens = ["${env:T}"] };

        var error = Assert.Throws<VariableException>(() => gateway.ResolveBearerTokens(Config.Variables(("T", ""))));

        Assert.StartsWith("gateway.auth.bearer.tokens[0], with its references resolved, must not be empty", error.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void An_allowed_server_with_a_foreign_reference_is_warned_about_once()
    {
        var error = Config.Fail("""{ "mcpServers": {}, "gateway": { "allowedServers": ["${X}"] } }""");

        Assert.Single(error.Warnings);
        Assert.Single(error.Problems);
    }

    [Fact]
    public void Another_address_is_held_to_the_same_rules()
    {
        var gateway = new GatewayConfig();

        Assert.Equal("http://[::1]:1", gateway.ListeningOn("http://[::1]:1", "--listen").Listen);
        Assert.Equal("http://*:1", (gateway with { BearerTokens = ["x"] }).ListeningOn("http://*:1", "--listen").Listen);
        foreach (var wrong in new[] { "http://*:1", "x", "https://127.0.0.1" })
        {
            var problem = Assert.Single(Assert.Throws<ConfigException>(() => gateway.ListeningOn(wrong, "--listen")).Problems);
            Assert.Equal("--listen", problem.File);
            Assert.Contains(wrong, problem.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("[\"filse\"]", "is \"filse\", but no server has this id", "Did you mean \"files\"?")]
    [InlineData("[\"files\", \"zzzzz\"]", "is \"zzzzz\", but no server has this id", "Declared are: files, memory.")]
    public void An_allowed_server_that_is_not_declared_is_a_problem_with_the_nearest(string allowed, string message, string mend)
    {
        var problem = Config.Problem($$"""{ "mcpServers": { "files": { "command": "x" }, "memory": { "command": "x", "disabled": true } }, "gateway": { "allowedServers": {{allowed}} } }""");

        Assert.Equal((message, mend), (problem.Message, problem.Mend));
        Assert.StartsWith("gateway.allowedServers[", problem.Path, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{ "allowedHosts": ["http://x"] }""", "gateway.allowedHosts[0]", "is \"http://x\", but must be a host name or address without scheme and port")]
    [InlineData("""{ "allowedHosts": ["x:80"] }""", "gateway.allowedHosts[0]", "is \"x:80\", but must be a host name or address without scheme and port")]
    [InlineData("""{ "allowedHosts": ["*"] }""", "gateway.allowedHosts[0]", "is \"*\", but must be a host name or address without scheme and port")]
    [InlineData("""{ "allowedOrigins": ["app.example.org"] }""", "gateway.allowedOrigins[0]", "is \"app.example.org\", but must be a scheme and a host, with port if needed, and nothing behind")]
    [InlineData("""{ "allowedOrigins": ["https://x/"] }""", "gateway.allowedOrigins[0]", "is \"https://x/\", but must be a scheme and a host, with port if needed, and nothing behind")]
    [InlineData("""{ "allowedOrigins": ["https://x/y"] }""", "gateway.allowedOrigins[0]", "is \"https://x/y\", but must be a scheme and a host, with port if needed, and nothing behind")]
    [InlineData("""{ "naming": "allways" }""", "gateway.naming", "is \"allways\", but must be one of \"always\", \"onCollision\"")]
    [InlineData("""{ "auth": { "bearer": { "tokens": [""] } } }""", "gateway.auth.bearer.tokens[0]", "must not be empty and must be made of visible ASCII characters without spaces")]
    [InlineData("""{ "auth": { "bearer": { "tokens": ["a b"] } } }""", "gateway.auth.bearer.tokens[0]", "must not be empty and must be made of visible ASCII characters without spaces")]
    [InlineData("""{ "auth": { "bearer": { "tokens": "ab" } } }""", "gateway.auth.bearer.tokens", "is a string, but must be a list of strings")]
    [InlineData("""{ "auth": true }""", "gateway.auth", "is true, but must be an object")]
    [InlineData("""7""", "gateway", "is a number, but must be an object")]
    public void A_wrong_gateway_is_said_where_and_what(string gateway, string path, string message)
    {
        var problem = Config.GatewayProblem(gateway);

        Assert.Equal((path, message), (problem.Path, problem.Message));
        Assert.NotEmpty(problem.Mend);
    }
}
