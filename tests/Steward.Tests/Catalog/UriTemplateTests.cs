using Steward.Catalog;
using Xunit;

namespace Steward.Tests.Catalog;

public sealed class UriTemplateTests
{
    [Theory]
    [InlineData("file:///{path}", "file:///a/b", true)]
    [InlineData("file:///{path}", "http://a", false)]
    [InlineData("test://{a}/x/{b}.json", "test://1/x/2.json", true)]
    [InlineData("test://{a}/x/{b}.json", "test://1/y/2.json", false)]
    [InlineData("test://{a}/x/{b}.json", "test://1/x/2.txt", false)]
    [InlineData("test://{?q*}", "test://?a=1", true)]
    [InlineData("{any}", "", true)]
    [InlineData("fixed:", "fixed:", true)]
    [InlineData("fixed:", "fixed:more", false)]
    [InlineData("broken{", "broken{", true)]
    [InlineData("aba{x}aba", "aba", false)]
    public void A_URI_matches_when_its_literal_parts_do(string template, string uri, bool matches) =>
        Assert.Equal(matches, new UriTemplate(template).Matches(uri));
}
