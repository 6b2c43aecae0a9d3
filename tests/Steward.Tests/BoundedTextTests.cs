using Xunit;

namespace Steward.Tests;

public sealed class BoundedTextTests
{
    [Fact]
    public void What_is_longer_than_it_may_be_is_cut_between_characters()
    {
        Assert.Equal("abc", BoundedText.Of("abc", 3));
        Assert.Equal("abc…", BoundedText.Of("abcd", 3));
        Assert.Equal("ab…", BoundedText.Of("ab😀d", 3));
        Assert.Equal("ab😀…", BoundedText.Of("ab😀d", 4));
    }

    [Fact]
    public void Of_many_names_the_first_are_shown_and_the_others_counted()
    {
        Assert.Equal("", BoundedText.Names([], 2, 3));
        Assert.Equal("a, b", BoundedText.Names(["a", "b"], 2, 3));
        Assert.Equal("a, bcd… and 2 more", BoundedText.Names(["a", "bcde", "c", "d"], 2, 3));
    }
}
