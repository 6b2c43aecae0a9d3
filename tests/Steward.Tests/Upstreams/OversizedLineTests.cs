using System.Text;
using Steward.Upstreams;
using Xunit;

namespace Steward.Tests.Upstreams;

public sealed class OversizedLineTests
{
    [Theory]
    [InlineData("""{"jsonrpc":"2.0","id":12,"result":{"content":"x""", """x"}}""", 12L)]
    [InlineData("""{"id" : 12 , "jsonrpc":"2.0","result":{"id":5,"x""", """x"}}""", 12L)]
    [InlineData("""{"jsonrpc":"2.0","result":{"id":5,"content":"x""", """x"},"id":12}""", 12L)]
    [InlineData("""{"jsonrpc":"2.0","result":{"id":5,"content":"x""", """x"},"id": 12 }""", 12L)]
    [InlineData("""{"jsonrpc":"2.0","result":{"content":"x""", """x","id":12}}""", null)]
    [InlineData("""{"jsonrpc":"2.0","id":"12","result":{"content":"x""", """x"},"id":12}""", null)]
    [InlineData("""{"jsonrpc":"2.0","id":12.5,"result":{"content":"x""", """x"}}""", null)]
    [InlineData("""{"jsonrpc":"2.0","id":12,"method":"sampling/createMessage","params":{"x""", """x"}}""", null)]
    [InlineData("""{"jsonrpc":"2.0","method":"sampling/createMessage","id":12,"params":{"x""", """x"}}""", null)]
    [InlineData("""{"jsonrpc":"2.0","method":"sampling/createMessage","params":{"x""", """x"},"id":12}""", null)]
    [InlineData("""{"\ud800":1,"id":12,"result":{"x""", """x"}}""", null)]
    [InlineData("garbage", "garbage", null)]
    [InlineData("", "", null)]
    public void The_request_that_it_answers_is_found_by_either_end(string head, string tail, long? id) =>
        Assert.Equal(id, OversizedLine.FindId(Encoding.UTF8.GetBytes(head), Encoding.UTF8.GetBytes(tail)));

    [Fact]
    public void An_id_that_is_cut_off_is_not_taken_for_a_shorter_one() =>
        Assert.Null(OversizedLine.FindId("{\"jsonrpc\":\"2.0\",\"id\":12"u8, "x\"}}"u8));
}
