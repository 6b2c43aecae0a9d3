using System.Text;
using Steward.Wire;
using Xunit;

namespace Steward.Tests.Wire;

public sealed class RequestAdditionsTests
{
    [Theory]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"tools/list"}""", """{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{"_meta":{"m":1},"p":2}}""")]
    [InlineData("""{"method":"tools/list","jsonrpc":"2.0","id":1}""", """{"method":"tools/list","params":{"_meta":{"m":1},"p":2},"jsonrpc":"2.0","id":1}""")]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{ }}""", """{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{"_meta":{"m":1},"p":2 }}""")]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{"x":1}}""", """{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{"_meta":{"m":1},"p":2,"x":1}}""")]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{"_meta":{}}}""", """{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{"p":2,"_meta":{"m":1}}}""")]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{"_meta":{"y":1},"x":1}}""", """{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{"p":2,"_meta":{"m":1,"y":1},"x":1}}""")]
    public void Members_find_their_place(string message, string expected) => Assert.Equal(expected, Add(message, "\"m\":1", "\"p\":2"));

    [Fact]
    public void Nothing_to_add_changes_nothing()
    {
        const string Message = """{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{"_meta":{}}}""";

        Assert.Equal(Message, Add(Message, "", ""));
    }

    [Fact]
    public void Params_that_are_no_object_stay_as_they_are_for_the_server_to_refuse()
    {
        const string Message = """{"jsonrpc":"2.0","id":1,"method":"tools/list","params":[1]}""";

        Assert.Equal(Message, Add(Message, "\"m\":1", ""));
    }

    private static string Add(string message, string meta, string parameters)
    {
        var bytes = Encoding.UTF8.GetBytes(message);
        var envelope = JsonRpcEnvelope.Parse(bytes);
        var additions = new RequestAdditions(Encoding.UTF8.GetBytes(meta), Encoding.UTF8.GetBytes(parameters));
        var edits = new FrameEdits(new byte[additions.Length + 64]);
        additions.AddTo(ref edits, bytes, envelope);
        var result = new byte[bytes.Length + edits.Growth];
        return Encoding.UTF8.GetString(result, 0, edits.Apply(bytes, result));
    }
}
