using Steward.Configuration;
using Xunit;

namespace Steward.Tests.Configuration;

public sealed class SecretTests
{
    private const string Secret = "hunter2";

    [Theory]
    [InlineData("""{ "command": "x", "env": { "A": ["hunter2"] } }""")]
    [InlineData("""{ "command": "x", "env": "hunter2" }""")]
    [InlineData("""{ "command": "x", "env": { "A": "hunter2\u0000" } }""")]
    [InlineData("""{ "command": "x", "args": "--token=hunter2" }""")]
    [InlineData("""{ "command": "x", "args": ["hunter2\u0000"] }""")]
    [InlineData("""{ "url": "http://x/", "headers": { "A": "hunter2\n" } }""")]
    [InlineData("""{ "url": "http://x/", "headers": "hunter2" }""")]
    [InlineData("""{ "url": "x://u:hunter2@h/" }""")]
    [InlineData("""{ "url": "x://h/?key=hunter2" }""")]
    [InlineData("""{ "url": "${env:S}" }""")]
    [InlineData("""{ "command": "x", "isolation": "${env:S}" }""")]
    [InlineData("""{ "command": "x", "cwd": "${env:S}${env:NONE}" }""")]
    [InlineData("""{ "command": "x", "env": { "A": "${file:${env:S}}" } }""")]
    public void No_message_shows_what_may_be_a_secret(string server)
    {
        var error = Config.Fail($$"""{ "mcpServers": { "a": {{server}} } }""", ("S", Secret));

        Assert.DoesNotContain(Secret, error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void No_message_shows_a_token()
    {
        var error = Config.Fail("""{ "mcpServers": {}, "gateway": { "auth": { "bearer": { "tokens": ["hunter2 ", 5, "${env:S} "] } } } }""", ("S", Secret));

        Assert.Equal(3, error.Problems.Count);
        Assert.DoesNotContain(Secret, error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_prints_the_values_of_a_server()
    {
        var server = Config.ParseServer("""{ "command": "hunter2", "args": ["hunter2"], "env": { "A": "hunter2" } }""");
        var remote = Config.ParseServer("""{ "url": "http://u:hunter2@h/", "headers": { "A": "hunter2" } }""");
        var gateway = new GatewayConfig { BearerTokens = [Secret] };

        string?[] printed =
        [
            server.ToString(), remote.ToString(), gateway.ToString(),
            ResolvedServer.From(server, Config.Variables()).ToString(), ResolvedServer.From(remote, Config.Variables()).ToString(),
        ];
        Assert.All(printed, text => Assert.DoesNotContain(Secret, text, StringComparison.Ordinal));
    }
}
