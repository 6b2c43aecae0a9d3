using Steward.Configuration;
using Steward.Discovery;
using Steward.Discovery.Clients;
using Xunit;

namespace Steward.Tests.Discovery.Clients;

public sealed class FoundServersTests
{
    [Fact(Timeout = 10_000)]
    public void A_server_that_stands_in_several_clients_is_one_and_says_where_else_it_stands()
    {
        var found = FoundServers.Merge(
        [
            Entry("files", "claude-desktop", Program("npx", "-y", "files") with { Env = new Dictionary<string, string> { ["KEY"] = "one" } }),
            Entry("my-files", "cursor", Program("npx", "-y", "files") with { Env = new Dictionary<string, string> { ["KEY"] = "two" } }),
            Entry("files", "zed", Program("npx", "-y", "files")),
        ], []);

        Assert.Equal(["files", "files-zed"], found.Select(server => server.Id));
        Assert.Equal(["cursor (/cursor)"], found[0].AlsoAt);
        Assert.Empty(found[1].AlsoAt);
    }

    [Fact(Timeout = 10_000)]
    public void Addresses_are_compared_as_addresses() => Assert.Single(FoundServers.Merge(
    [
        Entry("a", "cursor", Remote("https://Example.org/mcp")),
        Entry("b", "zed", Remote("https://example.org/mcp/")),
    ], []));

    [Fact(Timeout = 10_000)]
    public void The_same_words_in_two_folders_are_two_servers_where_they_mean_the_folder()
    {
        Assert.Equal(2, FoundServers.Merge([Entry("a", "x", Program("serve", ".") with { Cwd = "/one" }), Entry("a", "x", Program("serve", ".") with { Cwd = "/two" })], []).Count);
        Assert.Single(FoundServers.Merge([Entry("a", "x", Program("serve") with { Cwd = "/one" }), Entry("a", "x", Program("serve") with { Cwd = "/two" })], []));
    }

    [Fact(Timeout = 10_000)]
    public void Different_servers_of_one_name_get_ids_that_stay_the_same()
    {
        DiscoveredServer[] entries =
        [
            Entry("files", "claude-desktop", Program("one")), Entry("files", "cursor", Program("two")),
            Entry("files", "cursor", Program("three")), Entry("FILES", "zed", Program("four")),
        ];

        var ids = FoundServers.Merge(entries, []).Select(server => server.Id).ToList();

        Assert.Equal(["files", "files-cursor", "files-" + ServerFingerprint.Of(Program("three"))[..6], "FILES-zed"], ids);
        Assert.Equal(ids, FoundServers.Merge(entries, []).Select(server => server.Config.Id));
    }

    [Fact(Timeout = 10_000)]
    public void An_id_that_Steward_has_already_is_not_given_again() =>
        Assert.Equal("files-cursor", FoundServers.Merge([Entry("files", "cursor", Program("one"))], ["FILES"])[0].Id);

    [Theory(Timeout = 10_000)]
    [InlineData("/usr/bin/steward", "stdio")]
    [InlineData("steward", "--data /d stdio --server x")]
    [InlineData("C:\\Tools\\Steward.exe", "stdio")]
    [InlineData("dotnet", "/opt/steward/steward.dll stdio")]
    [InlineData("cmd", "/c steward stdio")]
    [InlineData("npx", "-y mcp-remote http://localhost:7420/mcp")]
    public void Steward_itself_is_no_server(string command, string arguments) =>
        Assert.True(Steward.Is(Program(command, arguments.Split(' '))));

    [Theory(Timeout = 10_000)]
    [InlineData("http://127.0.0.1:7420/mcp", true)]
    [InlineData("http://localhost:7420/servers/x/mcp", true)]
    [InlineData("http://[::1]:7420/sse", true)]
    [InlineData("ws://127.0.0.1:7420/ws", true)]
    [InlineData("http://127.0.0.1:7421/mcp", false)]
    [InlineData("http://example.org:7420/mcp", false)]
    [InlineData("${env:URL}", false)]
    public void The_address_of_the_gateway_is_no_server(string url, bool expected) => Assert.Equal(expected, Steward.Is(Remote(url)));

    [Fact(Timeout = 10_000)]
    public void A_server_with_a_name_like_ours_is_a_server()
    {
        Assert.False(Steward.Is(Program("steward", "up")));
        Assert.False(Steward.Is(Program("steward-files", "stdio")));
        Assert.False(Steward.Is(Program("serve", "stdio", "steward")));
    }

    private static StewardEntry Steward { get; } = new(["http://127.0.0.1:7420"]);

    private static ServerConfig Program(string command, params string[] args) => new() { Id = "x", Command = command, Args = args };

    private static ServerConfig Remote(string url) => new() { Id = "x", Transport = ServerTransport.Auto, Url = url };

    private static DiscoveredServer Entry(string id, string source, ServerConfig config) =>
        new() { Id = id, Name = id, Config = config with { Id = id }, Source = source, Location = "/" + source };
}
