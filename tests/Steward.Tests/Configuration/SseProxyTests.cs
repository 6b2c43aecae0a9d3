using Xunit;

namespace Steward.Tests.Configuration;

public sealed class SseProxyTests
{
    [Fact]
    public void Without_the_section_there_is_no_proxy() => Assert.Null(Config.Parse("""{ "mcpServers": {} }""").SseProxy);

    [Fact]
    public void An_empty_section_has_the_documented_defaults()
    {
        var proxy = Config.Parse("""{ "mcpServers": {}, "sseProxy": { "authenticate": {} } }""").SseProxy!;

        Assert.Equal(("http://127.0.0.1:3000", null, null), (proxy.Listen, proxy.AllowedServers, proxy.Token));
    }

    [Fact]
    public void Every_key_reaches_its_record()
    {
        var config = Config.Parse("""
            {
              "mcpServers": { "a": { "command": "x", "args": [] } },
              "sseProxy": { "address": "0.0.0.0", "port": 3001, "allowedServers": ["a"], "authenticate": { "bearer": { "token": "${env:T}" } }, "workers": 8 }
            }
            """, ("T", "s3cret"));

        var proxy = config.SseProxy!;
        Assert.Equal("http://0.0.0.0:3001", proxy.Listen);
        Assert.Equal(["a"], proxy.AllowedServers);
        Assert.Equal("${env:T}", proxy.Token);
        Assert.Equal("other", proxy.ResolveToken(Config.Variables(("T", "other"))));
        Assert.Empty(config.Warnings);
    }

    [Fact]
    public void An_address_of_IPv6_gets_its_brackets() =>
        Assert.Equal("http://[::1]:0", Config.Parse("""{ "mcpServers": {}, "sseProxy": { "address": "::1", "port": 0 } }""").SseProxy!.Listen);

    [Theory]
    [InlineData("""{ "address": "0.0.0.0" }""", "sseProxy.address", "is \"0.0.0.0\", which others can reach, but sseProxy.authenticate.bearer.token is missing")]
    [InlineData("""{ "address": "http://x" }""", "sseProxy.address", "is \"http://x\", but must be a host name or address without scheme and port")]
    [InlineData("""{ "port": 65536 }""", "sseProxy.port", "is 65536, but must be a whole number from 0 to 65535")]
    [InlineData("""{ "allowedServers": ["x"] }""", "sseProxy.allowedServers[0]", "is \"x\", but no server has this id")]
    [InlineData("""{ "authenticate": { "bearer": {} } }""", "sseProxy.authenticate.bearer", "token is missing")]
    [InlineData("""{ "authenticate": { "bearer": { "token": "a b" } } }""", "sseProxy.authenticate.bearer.token", "must not be empty and must be made of visible ASCII characters without spaces")]
    [InlineData("""{ "workers": 0 }""", "sseProxy.workers", "is 0, but must be a whole number from 1 to 1024")]
    public void A_wrong_section_is_said_where_and_what(string section, string path, string message)
    {
        var problem = Config.Problem($$"""{ "mcpServers": {}, "sseProxy": {{section}} }""");

        Assert.Equal((path, message), (problem.Path, problem.Message));
        Assert.NotEmpty(problem.Mend);
    }
}
