using System.Text;
using Steward.Catalog;
using Xunit;

namespace Steward.Tests.Catalog;

public sealed class CatalogDifferenceTests
{
    [Fact]
    public void A_few_names_are_told_of_what_differs_and_of_each_not_more_than_a_line_takes()
    {
        Assert.Null(CatalogDifference.Describe(Offering("read"), Offering("read")));
        Assert.Equal("tools: +find, -read", CatalogDifference.Describe(Offering("read"), Offering("find")));
        Assert.Equal("tools: in another order", CatalogDifference.Describe(Offering("a", "b"), Offering("b", "a")));

        var many = CatalogDifference.Describe(Offering(), Offering([.. Enumerable.Range(0, 9).Select(number => $"{number}{new string('x', 1_000_000)}")]));
        Assert.EndsWith("… and 1 more", many, StringComparison.Ordinal);
        Assert.InRange(many!.Length, 0, 600);
    }

    private static ServerCatalog Offering(params string[] tools) => new([.. Enum.GetValues<CatalogKind>().Select(kind => CatalogList.Empty with { Items = kind == CatalogKind.Tools ? Items(tools) : [] })]);

    private static List<CatalogItem> Items(string[] tools)
    {
        List<CatalogItem> items = [];
        CatalogPage.Read(CatalogKind.Tools, Encoding.UTF8.GetBytes($$"""{"tools":[{{string.Join(',', tools.Select(name => $$"""{"name":"{{name}}"}"""))}}]}"""), items);
        return items;
    }
}
