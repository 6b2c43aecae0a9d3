using Steward.Configuration;
using Steward.Discovery;
using Xunit;

namespace Steward.Tests.Discovery;

public sealed class ManagedMatchTests
{
    [Theory(Timeout = 10_000)]
    [InlineData("npx -y @a/git@1.0.0", "npx @a/git", true)]
    [InlineData("npx -y @a/git@1.0.0 --flag", "/opt/bin/npx.cmd -y @a/git@2.0.0", true)]
    [InlineData("uvx git==1", "uvx git --repository /r", true)]
    [InlineData("/home/me/.local/bin/mcp-git", "mcp-git --repository /r", true)]
    [InlineData("/home/me/.local/bin/mcp-git", "/home/me/.local/bin/mcp-git -v", true)]
    [InlineData("/home/me/.local/bin/mcp-git", "/opt/mcp-git", false)]
    [InlineData("/home/me/.local/bin/tool", "uvx Tool", true)]
    [InlineData("docker run -i one", "docker run -i two", false)]
    [InlineData("python -m one", "python -m two", false)]
    public void A_program_or_package_is_managed_in_any_version_and_with_any_arguments(string found, string managed, bool expected) =>
        Assert.Equal(expected, Matches(managed, Config(found), "uv"));

    [Theory(Timeout = 10_000)]
    [InlineData("npx -y files /notes", "npx files /notes", true)]
    [InlineData("npx -y files /notes", "/usr/bin/npx -y files /notes", true)]
    [InlineData("npx -y files /notes", "npx -y files /other", false)]
    [InlineData("npx -y files@1.0.0", "npx -y files@2.0.0", false)]
    [InlineData("/bin/a x", "/bin/a x", true)]
    [InlineData("/bin/a x", "/bin/a y", false)]
    public void An_entry_of_a_client_is_managed_where_its_whole_definition_is(string found, string managed, bool expected) =>
        Assert.Equal(expected, Matches(managed, Config(found), "cursor"));

    [Fact(Timeout = 10_000)]
    public void A_remote_server_is_managed_where_its_address_is()
    {
        var match = new ManagedMatch([new() { Id = "mine", Transport = ServerTransport.Http, Url = "https://a.example/mcp" }]);

        Assert.Equal("mine", match.Find(Server(new() { Id = "x", Transport = ServerTransport.Auto, Url = "https://A.example/mcp/", Headers = new Dictionary<string, string> { ["X"] = "y" } }, "registry")));
        Assert.Null(match.Find(Server(new() { Id = "x", Transport = ServerTransport.Auto, Url = "https://a.example/other" }, "registry")));
    }

    [Fact(Timeout = 10_000)]
    public void An_equal_id_says_nothing() =>
        Assert.Null(new ManagedMatch([Config("/bin/other")]).Find(Server(Config("/bin/mine"), "path")));

    private static bool Matches(string managed, ServerConfig found, string source) => new ManagedMatch([Config(managed)]).Find(Server(found, source)) == "mine";

    private static DiscoveredServer Server(ServerConfig config, string source) => FakeSource.Server("x", source) with { Name = "Tool", Config = config };

    private static ServerConfig Config(string command) => new() { Id = "mine", Command = command.Split(' ')[0], Args = command.Split(' ')[1..] };
}
