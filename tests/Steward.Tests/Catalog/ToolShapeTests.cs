using Steward.Catalog;
using Steward.Configuration;
using Steward.Tests.Wire;
using Xunit;

namespace Steward.Tests.Catalog;

public sealed class ToolShapeTests
{
    [Fact]
    public void Only_what_a_group_lets_pass_is_listed_and_found()
    {
        var tools = Merge(new() { Tools = new() { Allow = ["a__*"], Deny = ["*__delete"] } }, ("a", "read"), ("a", "delete"), ("b", "read"));

        Assert.Equal(["a__read"], tools.Routes.Keys);
        Assert.Null(tools.Find("a__delete"));
    }

    [Fact]
    public void A_tool_goes_by_its_new_name_and_by_no_other()
    {
        var tools = Merge(new() { Rename = new Dictionary<string, string> { ["a__read"] = "look" } }, ("a", "read"), ("b", "read"));

        Assert.Equal(["look", "b__read"], tools.Routes.Keys);
        Assert.Equal(("a", "read"), (tools.Find("look")!.Server.Id, tools.Find("look")!.Name));
        Assert.Null(tools.Find("a__read"));
    }

    [Fact]
    public void Names_can_be_swapped()
    {
        var tools = Merge(new() { Rename = new Dictionary<string, string> { ["a__t"] = "b__t", ["b__t"] = "a__t" } }, ("a", "t"), ("b", "t"));

        Assert.Equal(("a", "b"), (tools.Find("b__t")!.Server.Id, tools.Find("a__t")!.Server.Id));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_given_name_is_that_tools_alone_whichever_comes_first(bool reverse)
    {
        (string, string)[] servers = [("a", "t"), ("b", "t")];
        if (reverse)
            Array.Reverse(servers);

        var tools = Merge(new() { Rename = new Dictionary<string, string> { ["a__t"] = "b__t" } }, servers);

        Assert.Equal("a", tools.Find("b__t")!.Server.Id);
        Assert.Equal(["a/t", "b/t"], tools.Routes.Values.Select(route => $"{route.Server.Id}/{route.Name}").Order());
    }

    [Theory]
    [InlineData("""{ "name":"t", "description":"old", "vendor":[1e2] }""", """{ "name":"a__t", "description":"new \u2603", "vendor":[1e2] }""")]
    [InlineData("""{ "name":"t" }""", """{"description":"new \u2603", "name":"a__t" }""")]
    public void A_description_takes_the_place_of_the_servers_and_all_else_stays(string tool, string shown)
    {
        var group = new GroupConfig { Descriptions = new Dictionary<string, string> { ["a__t"] = "new ☃" } };
        var merged = new MergedList(CatalogKind.Tools, [(MergedCatalogTests.Server("a"), MergedCatalogTests.Catalog(CatalogKind.Tools, MergedCatalogTests.Item(CatalogKind.Tools, tool)))], ToolNaming.Always, new ToolShape(group));

        Assert.Equal($$"""{"tools":[{{shown}}]}""", Messages.Text(merged.Result).Replace("☃", @"\u2603", StringComparison.Ordinal));
        Assert.Equal("\"t\"", Messages.Text(merged.Find("a__t")!.NameJson));
    }

    private static MergedList Merge(GroupConfig group, params (string Server, string Tool)[] tools) => new(
        CatalogKind.Tools,
        [.. tools.GroupBy(tool => tool.Server).Select(server => (
            MergedCatalogTests.Server(server.Key),
            MergedCatalogTests.Catalog(CatalogKind.Tools, [.. server.Select(tool => MergedCatalogTests.Item(CatalogKind.Tools, $$"""{"name":"{{tool.Tool}}"}"""))])))],
        ToolNaming.Always,
        new ToolShape(group));
}
