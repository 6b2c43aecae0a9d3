using Steward.Discovery;
using Steward.Discovery.Clients;
using Xunit;

namespace Steward.Tests.Discovery.Clients;

/// <summary>In which folders the files of a project are looked for.</summary>
public sealed class ProjectFileTests : IDisposable
{
    private const string Servers = """{ "mcpServers": { "a": { "command": "./a" } }, "servers": { "a": { "command": "./a" } } }""";

    private readonly TemporaryFolder _root = new();

    public void Dispose() => _root.Dispose();

    [Theory(Timeout = 10_000)]
    [InlineData("claude-code", ".mcp.json")]
    [InlineData("cursor", ".cursor/mcp.json")]
    [InlineData("vscode", ".vscode/mcp.json")]
    [InlineData("kiro", ".kiro/settings/mcp.json")]
    [InlineData("gemini-cli", ".gemini/settings.json")]
    public void A_file_of_the_repository_counts_in_all_its_folders_and_its_programs_run_at_its_root(string client, string relative)
    {
        _root.Write("srv/shop/.git/HEAD", "");
        var file = _root.Write($"srv/shop/{relative}", Servers);

        var server = Assert.Single(Find(client, "srv/shop/src/deep"));

        Assert.Equal((file, PathOf("srv/shop")), (server.Location, server.Config.Cwd));
    }

    [Fact(Timeout = 10_000)]
    public void The_nearest_file_counts_and_nothing_above_the_repository()
    {
        _root.Write("home/.mcp.json", Servers);
        _root.Write("home/work/.mcp.json", Servers);
        _root.Write("home/work/shop/.git", "gitdir: elsewhere");
        var near = _root.Write("home/work/shop/web/.mcp.json", Servers);

        Assert.Equal(near, Assert.Single(Find("claude-code", "home/work/shop/web/src")).Location);
        Assert.Empty(Find("claude-code", "home/work/shop/api"));
    }

    [Fact(Timeout = 10_000)]
    public void Below_the_home_folder_it_goes_up_to_it_and_leaves_it_to_the_user()
    {
        _root.Write("home/.cursor/mcp.json", """{ "mcpServers": { "mine": { "command": "mine" } } }""");
        var file = _root.Write("home/notes/.cursor/mcp.json", Servers);

        var found = Find("cursor", "home/notes/2026");

        Assert.Equal(["mine", "a"], found.Select(server => server.Id));
        Assert.Null(found[0].Config.Cwd);
        Assert.Equal((file, PathOf("home/notes")), (found[1].Location, found[1].Config.Cwd));
    }

    [Fact(Timeout = 10_000)]
    public void Elsewhere_only_the_folder_itself_counts_for_what_lies_above_may_be_anybodys()
    {
        _root.Write("tmp/.mcp.json", Servers);

        Assert.Empty(Find("claude-code", "tmp/mine"));
        Assert.Single(Find("claude-code", "tmp"));
    }

    private IReadOnlyList<DiscoveredServer> Find(string client, string folder)
    {
        Directory.CreateDirectory(PathOf(folder));
        var context = ClientRig.Context() with { Home = PathOf("home"), WorkingDirectory = PathOf(folder) };
        return ClientConfigSource.Discover([ClientApplications.Find(client)!], context, [], TestContext.Current.CancellationToken).Servers;
    }

    private string PathOf(string relative) => Path.Combine(_root.Path, relative);
}
