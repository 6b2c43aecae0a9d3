using Steward.Configuration;
using Steward.Discovery;
using Xunit;

namespace Steward.Tests.Discovery;

public sealed class SecretMaskTests
{
    [Theory(Timeout = 10_000)]
    [InlineData("hunter2", "***")]
    [InlineData("${env:TOKEN}", "${env:TOKEN}")]
    [InlineData("Bearer ${env:TOKEN}", "Bearer ${env:TOKEN}")]
    [InlineData("${env:TOKEN:-hunter2}", "***")]
    [InlineData("x${env:TOKEN}", "***")]
    [InlineData("true", "true")]
    [InlineData("8080", "8080")]
    [InlineData("", "")]
    [InlineData("/home/me", "***")]
    public void A_value_of_the_environment_is_shown_only_where_it_cannot_be_a_secret(string value, string shown)
    {
        var config = SecretMask.Apply(new ServerConfig { Id = "x", Command = "x", Env = new Dictionary<string, string> { ["ANY"] = value }, Headers = new Dictionary<string, string> { ["Any"] = value } });

        Assert.Equal((shown, shown), (config.Env["ANY"], config.Headers["Any"]));
    }

    [Theory(Timeout = 10_000)]
    [InlineData("--api-key|hunter2", "--api-key|***")]
    [InlineData("--token=hunter2", "--token=***")]
    [InlineData("-e|DATABASE_URL=postgres://u:p@h/db", "-e|DATABASE_URL=***")]
    [InlineData("-H|Authorization: Bearer hunter2", "-H|Authorization: ***")]
    [InlineData("postgres://me:hunter2@db/x?sslmode=on", "postgres://***@db/x?sslmode=***")]
    [InlineData("ghp_0123456789abcdef0123456789abcdef0123", "***")]
    [InlineData("sk-proj-abcdefghijkl", "***")]
    [InlineData("-y|@modelcontextprotocol/server-filesystem@2026.1.14|/home/me/documents-of-the-year-2026", "-y|@modelcontextprotocol/server-filesystem@2026.1.14|/home/me/documents-of-the-year-2026")]
    [InlineData("--key|${env:KEY}|--port|8080", "--key|${env:KEY}|--port|8080")]
    [InlineData("--auth|--verbose", "--auth|--verbose")]
    public void Arguments_are_shown_without_what_looks_like_a_secret(string arguments, string shown) =>
        Assert.Equal(shown.Split('|'), SecretMask.Arguments(arguments.Split('|')));

    [Theory(Timeout = 10_000)]
    [InlineData("https://me:hunter2@host/mcp", "https://***@host/mcp")]
    [InlineData("https://host/mcp?api_key=hunter2&x=${env:X}", "https://host/mcp?api_key=***&x=${env:X}")]
    [InlineData("https://host/s/0123456789abcdef0123456789abcdef/mcp", "https://host/s/***/mcp")]
    [InlineData("https://mcp.example.com/v1/mcp", "https://mcp.example.com/v1/mcp")]
    public void An_address_is_shown_without_what_proves_who_one_is(string address, string shown) => Assert.Equal(shown, SecretMask.Address(address));
}
