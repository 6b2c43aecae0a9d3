using Steward.Configuration;
using Xunit;

namespace Steward.Tests.Configuration;

public sealed class GroupTests
{
    [Fact]
    public void A_group_says_which_servers_and_tools_it_shows_and_how()
    {
        var group = Assert.Single(Config.Parse("""
            { "mcpServers": {}, "groups": { "research": {
                "description": "Papers and notes", "servers": ["arxiv", "web-*"], "tags": ["notes"], "exclude": ["web-private"],
                "tools": { "deny": ["*__delete*"] }, "rename": { "arxiv__search": "search" }, "descriptions": { "arxiv__search": "Finds papers." } } } }
            """).Groups);

        Assert.Equal(("research", "Papers and notes"), (group.Name, group.Description));
        Assert.False(group.Tools.Allows("web-1__delete_all"));
        Assert.Equal("search", group.Rename["arxiv__search"]);
        Assert.Equal("Finds papers.", group.Descriptions["arxiv__search"]);
    }

    [Theory]
    [InlineData("arxiv", true)]
    [InlineData("web-1", true)]
    [InlineData("web-private", false)]
    [InlineData("files", false)]
    [InlineData("tagged", true)]
    public void A_server_is_in_it_by_its_id_a_pattern_or_a_tag_unless_it_is_excluded(string id, bool isIn)
    {
        var group = new GroupConfig { Servers = ["arxiv", "web-*"], Tags = ["notes"], Exclude = ["web-private"] };

        Assert.Equal(isIn, group.Contains(new ServerConfig { Id = id, Tags = id == "tagged" ? ["x", "notes"] : ["x"] }));
    }

    [Fact]
    public void A_group_that_names_no_server_has_all_of_them_but_those_that_it_excludes()
    {
        var group = new GroupConfig { Exclude = ["b"] };

        Assert.True(group.Contains(new ServerConfig { Id = "a" }));
        Assert.False(group.Contains(new ServerConfig { Id = "b" }));
    }

    [Theory]
    [InlineData("""{ "a b": {} }""", "groups[\"a b\"]", "must be made of letters")]
    [InlineData("""{ "g": [] }""", "groups.g", "must be an object")]
    [InlineData("""{ "g": { "servers": "a" } }""", "groups.g.servers", "must be a list of strings")]
    [InlineData("""{ "g": { "rename": { "a__x": "no blanks" } } }""", "groups.g.rename.a__x", "must be made of letters")]
    [InlineData("""{ "g": { "rename": { "a__x": "same", "b__x": "same" } } }""", "groups.g.rename", "gives the name \"same\" to \"a__x\" and \"b__x\"")]
    public void What_cannot_be_served_is_a_problem_at_its_place(string groups, string path, string message)
    {
        var problem = Config.Problem($$"""{ "mcpServers": {}, "groups": {{groups}} }""");

        Assert.Equal(path, problem.Path);
        Assert.Contains(message, problem.Message, StringComparison.Ordinal);
    }
}
