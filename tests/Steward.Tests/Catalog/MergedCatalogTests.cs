using System.Text.Json.Nodes;
using Steward.Catalog;
using Steward.Configuration;
using Steward.Gateway;
using Steward.Supervision;
using Steward.Tests.Wire;
using Xunit;

namespace Steward.Tests.Catalog;

public sealed class MergedCatalogTests
{
    [Fact]
    public void Names_say_whose_they_are_and_lead_there()
    {
        var merged = Merge(ToolNaming.Always, Tools("b", "echo", "add"), Tools("a", "echo"));

        Assert.Equal(["b__echo", "b__add", "a__echo"], Names(merged));
        AssertLeads(merged, "a__echo", "a", "echo");
        AssertLeads(merged, "b__add", "b", "add");
        Assert.Null(merged[CatalogKind.Tools].Find("echo"));
    }

    [Fact]
    public void On_collision_only_names_that_collide_are_marked()
    {
        var merged = Merge(ToolNaming.OnCollision, Tools("a", "echo", "only"), Tools("b", "echo"));

        Assert.Equal(["a__echo", "only", "b__echo"], Names(merged));
        AssertLeads(merged, "only", "a", "only");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_name_that_reads_like_a_marked_one_gets_lost_in_no_order(bool reverse)
    {
        (string, string[])[] sources = [Tools("a", "t"), Tools("b", "t"), Tools("x", "a__t")];
        if (reverse)
            Array.Reverse(sources);

        var merged = Merge(ToolNaming.OnCollision, sources);

        Assert.Equal(3, Names(merged).Distinct().Count());
        Assert.Equal(["a/t", "b/t", "x/a__t"], merged[CatalogKind.Tools].Routes.Values.Select(route => $"{route.Server.Id}/{route.Name}").Order());
    }

    [Fact]
    public void Servers_whose_names_read_the_same_never_swap_tools_whichever_of_them_runs()
    {
        (string Id, string[] Tools)[] both = [Tools("a", "b__c"), Tools("a__b", "c")];
        var all = Merge(ToolNaming.Always, both);
        var onlyA = Merge(ToolNaming.Always, both[0], Tools("a__b"));
        var onlyB = Merge(ToolNaming.Always, Tools("a"), both[1]);

        AssertLeads(all, "a__b__c", "a__b", "c");
        AssertLeads(onlyB, "a__b__c", "a__b", "c");
        Assert.Null(onlyA[CatalogKind.Tools].Find("a__b__c"));
        Assert.Equal(Names(all)[0], Assert.Single(Names(onlyA)));
        AssertLeads(onlyA, Names(all)[0], "a", "b__c");
    }

    [Fact]
    public void Long_names_are_shortened_by_a_stable_hash_and_stay_apart()
    {
        var (one, other) = (new string('t', 80) + "1", new string('t', 80) + "2");
        var exact = new string('e', ExposedName.MaxLength - "s__".Length);

        var merged = Merge(ToolNaming.Always, Tools("s", one, other, exact, exact + "x"));

        var names = Names(merged);
        Assert.Equal(4, names.Distinct().Count());
        Assert.All(names, name => Assert.InRange(name.Length, 1, 64));
        Assert.Equal($"s__{exact}", names[2]);
        Assert.Equal(names, Names(Merge(ToolNaming.Always, Tools("other"), Tools("s", one, other, exact, exact + "x"))));
        AssertLeads(merged, names[1], "s", other);
    }

    [Fact]
    public void A_name_that_a_server_lists_twice_is_shown_once()
    {
        Assert.Equal(["a__t"], Names(Merge(ToolNaming.Always, Tools("a", "t", "t"))));
        Assert.Equal(["t"], Names(Merge(ToolNaming.OnCollision, Tools("a", "t", "t"))));
    }

    [Fact]
    public void Everything_of_an_item_but_its_name_stays_as_it_was()
    {
        var item = Item(CatalogKind.Tools, """{ "title":"T", "name":"e\u0063ho" , "inputSchema":{"name":"echo","n":1.0}, "vendor":[1e2] }""");
        var merged = Merge(ToolNaming.Always, (Server("a"), Catalog(CatalogKind.Tools, item)));

        Assert.Equal("""{"tools":[{ "title":"T", "name":"a__echo" , "inputSchema":{"name":"echo","n":1.0}, "vendor":[1e2] }]}""", Messages.Text(merged[CatalogKind.Tools].Result));
        Assert.Equal("\"e\\u0063ho\"", Messages.Text(merged[CatalogKind.Tools].Find("a__echo")!.NameJson));
    }

    [Fact]
    public void A_resource_stays_itself_until_two_servers_claim_it()
    {
        var merged = Merge(ToolNaming.Always, (Server("a"), Catalog(CatalogKind.Resources, Uri("x:1"), Uri("x:2"))), (Server("b"), Catalog(CatalogKind.Resources, Uri("x:2"))));

        Assert.Equal(["x:1", "steward://a/x:2", "steward://b/x:2"], merged[CatalogKind.Resources].Routes.Keys);
        Assert.Equal(("b", "x:2"), Route(merged.FindResource("steward://b/x:2")));
        Assert.Equal(("a", "x:1"), Route(merged.FindResource("x:1")));
        Assert.Null(merged.FindResource("x:2"));
        Assert.Null(merged.FindResource("steward://nobody/x:2"));
        Assert.Equal("steward://b/x:2", merged.ExposedUri(Server("b"), "x:2"));
        Assert.Equal("x:1", merged.ExposedUri(Server("a"), "x:1"));
    }

    [Fact]
    public void A_resource_that_nobody_lists_is_found_by_the_template_that_says_most()
    {
        var merged = Merge(ToolNaming.Always,
            (Server("wide"), Catalog(CatalogKind.ResourceTemplates, Item(CatalogKind.ResourceTemplates, """{"uriTemplate":"x:{all}"}"""))),
            (Server("narrow"), Catalog(CatalogKind.ResourceTemplates, Item(CatalogKind.ResourceTemplates, """{"uriTemplate":"x:deep/{one}"}"""))));

        Assert.Equal(("narrow", "x:deep/1"), Route(merged.FindResource("x:deep/1")));
        Assert.Equal(("wide", "x:other"), Route(merged.FindResource("x:other")));
        Assert.Null(merged.FindResource("y:1"));
    }

    [Fact]
    public void Differences_are_of_what_clients_see()
    {
        var before = Merge(ToolNaming.Always, Tools("a", "t"));

        Assert.Empty(before.Differences(Merge(ToolNaming.Always, Tools("a", "t"), Tools("b"))));
        Assert.Equal([CatalogKind.Tools], before.Differences(Merge(ToolNaming.Always, Tools("a", "t", "u"))));
    }

    private static (string Server, string[] Tools) Tools(string server, params string[] tools) => (server, tools);

    private static MergedCatalog Merge(ToolNaming naming, params (string Server, string[] Tools)[] sources) =>
        Merge(naming, [.. sources.Select(source => (Server(source.Server), Catalog(CatalogKind.Tools, [.. source.Tools.Select(tool => Item(CatalogKind.Tools, $$"""{"name":"{{tool}}"}"""))])))]);

    private static MergedCatalog Merge(ToolNaming naming, params (GatewayServer, ServerCatalog)[] sources) => new(sources, naming, ToolShape.None);

    internal static ServerCatalog Catalog(CatalogKind kind, params CatalogItem[] items) => ServerCatalog.Empty.With(kind, new CatalogList(items, CacheHint.None));

    private static CatalogItem Uri(string uri) => Item(CatalogKind.Resources, $$"""{"uri":"{{uri}}"}""");

    internal static CatalogItem Item(CatalogKind kind, string raw)
    {
        var items = new List<CatalogItem>();
        byte[] page = [.. "{\""u8, .. kind.ItemsMember(), .. "\":["u8, .. Messages.Utf8(raw), .. "]}"u8];
        CatalogPage.Read(kind, page, items);
        return Assert.Single(items);
    }

    internal static GatewayServer Server(string id) => new(new ManagedServer(new ServerConfig { Id = id }, new StatusBoard()), static _ => null);

    private static string[] Names(MergedCatalog merged) =>
        [.. JsonNode.Parse(merged[CatalogKind.Tools].Result)!["tools"]!.AsArray().Select(tool => (string)tool!["name"]!)];

    private static (string, string)? Route(CatalogRoute? route) => route is null ? null : (route.Server.Id, route.Name);

    private static void AssertLeads(MergedCatalog merged, string name, string server, string tool) =>
        Assert.Equal((server, tool), Route(merged[CatalogKind.Tools].Find(name)));
}
