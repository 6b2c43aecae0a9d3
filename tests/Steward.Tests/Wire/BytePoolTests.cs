using Steward.Wire;
using Xunit;

namespace Steward.Tests.Wire;

public sealed class BytePoolTests
{
    [Theory]
    [InlineData(100, true)]
    [InlineData(BytePool.LargestKept, true)]
    [InlineData(BytePool.LargestKept + 1, false)]
    [InlineData(40 * BytePool.LargestKept, false)]
    public void Small_arrays_are_used_again_and_large_ones_are_not_kept(int length, bool isKept)
    {
        var first = BytePool.Rent(length);
        Assert.True(first.Length >= length);
        BytePool.Return(first);

        var second = BytePool.Rent(length);
        Assert.Equal(isKept, ReferenceEquals(first, second)); // the pool gives a thread what it returned last
        BytePool.Return(second);
    }
}
