using Steward.Configuration;
using Xunit;

namespace Steward.Tests.Configuration;

public sealed class ServerTests
{
    [Fact]
    public void A_server_that_says_only_its_command_has_the_documented_defaults()
    {
        var server = Config.ParseServer("""{ "command": "run" }""");

        Assert.Equal(("a", ServerTransport.Stdio, "run"), (server.Id, server.Transport, server.Command));
        Assert.Empty(server.Args);
        Assert.Empty(server.Env);
        Assert.Empty(server.Headers);
        Assert.Empty(server.AutoApprove);
        Assert.Null(server.Cwd);
        Assert.Null(server.Url);
        Assert.False(server.Disabled);
        Assert.Equal(TimeSpan.FromMilliseconds(30000), server.StartupTimeout);
        Assert.Equal(TimeSpan.FromMilliseconds(300000), server.RequestTimeout);
        Assert.Equal(ServerIsolation.Auto, server.Isolation);
        Assert.Equal(ServerLifecycle.Auto, server.Lifecycle);
        Assert.Equal(new RestartPolicy(), server.RestartPolicy);
        Assert.Equal(new HealthPolicy(), server.Health);
        Assert.Equal(new ShutdownPolicy(), server.Shutdown);
        Assert.True(server.Tools.IsOpen);
        Assert.Equal(Config.Directory, server.BaseDirectory);
    }

    [Fact]
    public void Every_key_of_a_server_reaches_its_record()
    {
        var server = Config.ParseServer("""
            {
              "type": "stdio", "command": "run", "args": ["a", "b c"], "env": { "A": "1" }, "cwd": "sub", "disabled": true,
              "autoApprove": ["t"], "startupTimeoutMs": 1, "requestTimeoutMs": 2, "isolation": "session", "lifecycle": "discover",
              "restartPolicy": { "initialDelayMs": 3, "maxDelayMs": 4, "backoffMultiplier": 1.5, "maxRestartAttempts": 6, "resetAfterMs": 7, "jitter": 0.8 },
              "health": { "intervalMs": 9, "timeoutMs": 10, "failureThreshold": 11 },
              "shutdown": { "drainMs": 12, "graceMs": 13 },
              "tools": { "allow": ["x*"], "deny": ["xy"] }
            }
            """);

        Assert.Equal("run", server.Command);
        Assert.Equal(["a", "b c"], server.Args);
        Assert.Equal("1", server.Env["A"]);
        Assert.Equal("sub", server.Cwd);
        Assert.True(server.Disabled);
        Assert.Equal(["t"], server.AutoApprove);
        Assert.Equal((Ms(1), Ms(2), ServerIsolation.Session, ServerLifecycle.Discover), (server.StartupTimeout, server.RequestTimeout, server.Isolation, server.Lifecycle));
        Assert.Equal(
            new RestartPolicy { InitialDelay = Ms(3), MaxDelay = Ms(4), BackoffMultiplier = 1.5, MaxRestartAttempts = 6, ResetAfter = Ms(7), Jitter = 0.8 },
            server.RestartPolicy);
        Assert.Equal(new HealthPolicy { Interval = Ms(9), Timeout = Ms(10), FailureThreshold = 11 }, server.Health);
        Assert.Equal(new ShutdownPolicy { Drain = Ms(12), Grace = Ms(13) }, server.Shutdown);
        Assert.Equal((true, false, false), (server.Tools.Allows("xx"), server.Tools.Allows("xy"), server.Tools.Allows("y")));
    }

    [Theory]
    [InlineData("""{ "type": "http", "url": "https://example.org/mcp", "headers": { "X-Key": "k" } }""", ServerTransport.Http)]
    [InlineData("""{ "type": "streamable-http", "url": "https://example.org/mcp", "headers": { "X-Key": "k" } }""", ServerTransport.Http)]
    [InlineData("""{ "type": "streamableHttp", "url": "https://example.org/mcp", "headers": { "X-Key": "k" } }""", ServerTransport.Http)]
    [InlineData("""{ "type": "streamable_http", "url": "https://example.org/mcp", "headers": { "X-Key": "k" } }""", ServerTransport.Http)]
    [InlineData("""{ "type": "sse", "url": "https://example.org/mcp", "headers": { "X-Key": "k" } }""", ServerTransport.Sse)]
    [InlineData("""{ "type": "ws", "url": "https://example.org/mcp", "headers": { "X-Key": "k" } }""", ServerTransport.WebSocket)]
    [InlineData("""{ "type": "websocket", "url": "https://example.org/mcp", "headers": { "X-Key": "k" } }""", ServerTransport.WebSocket)]
    [InlineData("""{ "url": "https://example.org/mcp", "headers": { "X-Key": "k" } }""", ServerTransport.Auto)]
    public void A_server_with_a_url_is_remote(string text, ServerTransport transport)
    {
        var server = Config.ParseServer(text);

        Assert.Equal((transport, "https://example.org/mcp"), (server.Transport, server.Url));
        Assert.Equal("k", server.Headers["x-key"]);
        Assert.Null(server.Command);
    }

    [Fact]
    public void Zero_means_none_where_the_manual_says_so()
    {
        var server = Config.ParseServer("""{ "command": "run", "requestTimeoutMs": 0, "health": { "intervalMs": 0 } }""");

        Assert.Equal((Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan), (server.RequestTimeout, server.Health.Interval));
    }

    [Fact]
    public void Whole_numbers_may_be_written_with_a_fraction_of_zero_or_an_exponent()
    {
        var server = Config.ParseServer("""{ "command": "run", "startupTimeoutMs": 5.0, "requestTimeoutMs": 3e4 }""");

        Assert.Equal((Ms(5), Ms(30000)), (server.StartupTimeout, server.RequestTimeout));
    }

    [Fact]
    public void Servers_keep_the_order_of_the_file() =>
        Assert.Equal(
            ["z", "a", "10", "m_-Z"],
            Config.Parse("""{ "mcpServers": { "z": { "command": "x" }, "a": { "command": "x" }, "10": { "command": "x" }, "m_-Z": { "command": "x" } } }""").Servers.Select(server => server.Id));

    [Theory]
    [InlineData("""{ }""", "mcpServers.a", "command is missing", 24)]
    [InlineData("""{ "type": "stdio" }""", "mcpServers.a", "command is missing", 24)]
    [InlineData("""{ "type": "http" }""", "mcpServers.a", "url is missing", 24)]
    [InlineData("""{ "command": "x", "url": "http://x/" }""", "mcpServers.a.url", "command and url are both given", 49)]
    [InlineData("""{ "type": "http", "command": "x" }""", "mcpServers.a.command", "command is given for a remote server", 53)]
    [InlineData("""{ "type": "stdio", "url": "http://x/" }""", "mcpServers.a.url", "url is given for a server of type \"stdio\"", 50)]
    [InlineData("""{ "command": "" }""", "mcpServers.a.command", "is \"\", but must not be empty", 37)]
    [InlineData("""{ "command": " " }""", "mcpServers.a.command", "is \" \", but must not be empty", 37)]
    [InlineData("""{ "command": 5 }""", "mcpServers.a.command", "is 5, but must be a string", 37)]
    [InlineData("""{ "command": "a\u0000" }""", "mcpServers.a.command", "is \"a�\", but must not hold the character U+0000", 37)]
    [InlineData("""{ "url": "example.org/mcp" }""", "mcpServers.a.url", "is \"example.org/mcp\", but must be an absolute http://, https://, ws:// or wss:// URL", 33)]
    [InlineData("""{ "url": "ftp://u:pw@x/?key=pw" }""", "mcpServers.a.url", "is \"ftp://…@x/?…\", but must be an absolute http://, https://, ws:// or wss:// URL", 33)]
    [InlineData("""{ "command": "x", "args": "a b" }""", "mcpServers.a.args", "is a string, but must be a list of strings", 50)]
    [InlineData("""{ "command": "x", "args": ["a", 5] }""", "mcpServers.a.args[1]", "is a number, but must be a string", 56)]
    [InlineData("""{ "command": "x", "env": ["a"] }""", "mcpServers.a.env", "is a list, but must be an object with string values", 49)]
    [InlineData("""{ "command": "x", "env": { "A": 5 } }""", "mcpServers.a.env.A", "is a number, but must be a string", 56)]
    [InlineData("""{ "command": "x", "env": { "A=B": "" } }""", "mcpServers.a.env[\"A=B\"]", "the name must not be empty or hold = or U+0000", 51)]
    [InlineData("""{ "command": "x", "disabled": "true" }""", "mcpServers.a.disabled", "is \"true\", but must be true or false", 54)]
    [InlineData("""{ "command": "x", "cwd": null }""", "mcpServers.a.cwd", "is null, but must be a string", 49)]
    [InlineData("""{ "command": "x", "health": null }""", "mcpServers.a.health", "is null, but must be an object", 52)]
    [InlineData("""{ "command": "x", "tools": [] }""", "mcpServers.a.tools", "is a list, but must be an object", 51)]
    [InlineData("""{ "url": "http://x/", "headers": { "A B": "" } }""", "mcpServers.a.headers[\"A B\"]", "the name must be an HTTP header name", 59)]
    [InlineData("""{ "url": "http://x/", "headers": { "A": "x\ny" } }""", "mcpServers.a.headers.A", "must not hold a line break or U+0000", 64)]
    [InlineData("""{ "url": "http://x/", "headers": { "Ab": "", "aB": "" } }""", "mcpServers.a.headers.aB", "the name is given before in other letters, and upper or lower case does not matter here", 69)]
    [InlineData("""[]""", "mcpServers.a", "is a list, but must be an object", 24)]
    public void A_wrong_server_is_said_where_and_what(string server, string path, string message, int column)
    {
        var problem = Config.ServerProblem(server);

        Assert.Equal((path, message, 1, column), (problem.Path, problem.Message, problem.Line, problem.Column));
        Assert.NotEmpty(problem.Mend);
    }

    [Theory]
    [InlineData("\"isolation\": \"Shared\"", "is \"Shared\", but must be one of \"auto\", \"shared\", \"session\"", "Did you mean \"shared\"?")]
    [InlineData("\"isolation\": \"xyz\"", "is \"xyz\", but must be one of \"auto\", \"shared\", \"session\"", "Write one of these.")]
    [InlineData("\"isolation\": true", "is true, but must be one of \"auto\", \"shared\", \"session\"", "Write one of these, in quotes.")]
    [InlineData("\"type\": \"https\"", "is \"https\", but must be one of \"stdio\", \"http\", \"sse\", \"ws\"", "Did you mean \"http\"?")]
    [InlineData("\"type\": \"grpc\"", "is \"grpc\", but must be one of \"stdio\", \"http\", \"sse\", \"ws\"", "Write one of these.")]
    public void An_unknown_word_lists_the_allowed_and_guesses(string member, string message, string mend)
    {
        var problem = Config.ServerProblem($$"""{ "command": "x", {{member}} }""");

        Assert.Equal((message, mend), (problem.Message, problem.Mend));
    }

    [Theory]
    [InlineData("my server")]
    [InlineData("")]
    [InlineData("a.b")]
    [InlineData("ä")]
    [InlineData("a/b")]
    public void An_id_with_other_characters_is_refused_at_the_id(string id)
    {
        var problem = Config.Problem($$"""{ "mcpServers": { "{{id}}": { "command": "x" } } }""");

        Assert.Equal(($"mcpServers[\"{id}\"]", 19), (problem.Path, problem.Column));
        Assert.Contains("letters A-Z a-z, digits, _ and -", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_id_without_end_is_refused_and_shortened_in_the_message()
    {
        var problem = Config.Problem($$"""{ "mcpServers": { "{{new string('x', 10_000)}}": { "command": "x" } } }""");

        Assert.True(problem.ToString().Length < 500);
    }

    [Theory]
    [InlineData("""{ "command": "x", "headers": { "A": "b" } }""", "headers", "headers has no effect on a server that is a child process")]
    [InlineData("""{ "url": "http://x/", "args": [] }""", "args", "args has no effect on a remote server")]
    [InlineData("""{ "url": "http://x/", "env": {} }""", "env", "env has no effect on a remote server")]
    [InlineData("""{ "url": "http://x/", "cwd": "x" }""", "cwd", "cwd has no effect on a remote server")]
    [InlineData("""{ "command": "x", "restartPolicy": { "initialDelayMs": 60000 } }""", "restartPolicy.initialDelayMs", "the first wait, 60000 ms, is longer than the longest, 30000 ms, which wins")]
    public void What_has_no_effect_is_a_warning(string server, string key, string message)
    {
        var warning = Assert.Single(Config.Parse($$"""{ "mcpServers": { "a": {{server}} } }""").Warnings);

        Assert.Equal(($"mcpServers.a.{key}", message), (warning.Path, warning.Message));
    }

    [Fact]
    public void A_null_restart_policy_never_restarts() =>
        Assert.Equal(0, Config.ParseServer("""{ "command": "x", "restartPolicy": null }""").RestartPolicy.MaxRestartAttempts);

    private static TimeSpan Ms(int milliseconds) => TimeSpan.FromMilliseconds(milliseconds);
}
