using System.Text.Json;
using Steward.Catalog;
using Steward.Tests.Wire;
using Xunit;

namespace Steward.Tests.Catalog;

public sealed class CatalogPageTests
{
    [Fact]
    public void Items_keep_every_byte_and_the_cursor_is_found_before_or_after_them()
    {
        foreach (var page in (string[])["""{"nextCursor":"n\"1","tools":[ {"name":"a", "x":1.0} ,{"inputSchema":{"name":"no"},"name":"b"}]}""", """{"_meta":{"nextCursor":"no"},"tools":[{"name":"a", "x":1.0},{"inputSchema":{"name":"no"},"name":"b"}],"nextCursor":"n\"1"}"""])
        {
            var items = new List<CatalogItem>();

            var cursor = CatalogPage.Read(CatalogKind.Tools, Messages.Utf8(page), items);

            Assert.Equal("\"n\\\"1\"", Messages.Text(cursor));
            Assert.Equal(["a", "b"], items.Select(item => item.Key));
            Assert.Equal("""{"name":"a", "x":1.0}""", Messages.Text(items[0].Raw));
            Assert.All(items, item => Assert.Equal($"\"{item.Key}\"", Messages.Text(item.KeyRange.Of(item.Raw))));
        }
    }

    [Fact]
    public void An_item_without_a_name_is_left_out_alone()
    {
        var items = new List<CatalogItem>();

        CatalogPage.Read(CatalogKind.Resources, """{"resources":[{"name":"only a name"},{"uri":5},{"uri":"a:b"}]}"""u8, items);

        Assert.Equal("a:b", Assert.Single(items).Key);
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("""{"tools":{}}""")]
    [InlineData("""{"tools":["a"]}""")]
    [InlineData("""{"tools":[{"name":"\ud800"}]}""")]
    [InlineData("""{"\ud800":1,"tools":[]}""")]
    public void What_is_no_list_is_said_to_be_none(string page) =>
        Assert.ThrowsAny<JsonException>(() => CatalogPage.Read(CatalogKind.Tools, Messages.Utf8(page), []));

    [Fact]
    public void Schemas_may_be_as_deep_as_messages()
    {
        var items = new List<CatalogItem>();

        CatalogPage.Read(CatalogKind.Tools, Messages.Utf8($$$"""{"tools":[{"name":"deep","inputSchema":{{{new string('[', 300)}}}{{{new string(']', 300)}}}}]}"""), items);

        Assert.Equal("deep", Assert.Single(items).Key);
    }
}
