using System.Text;
using Steward.Gateway;
using Steward.Gateway.Tasks;
using Xunit;

namespace Steward.Tests.Gateway;

public sealed class FailureReasonTests
{
    [Theory]
    [InlineData("""{"code":1}""", """{"data":{"steward":"why"},"code":1}""")]
    [InlineData("""{"code":1,"data":{"x":1.0}}""", """{"code":1,"data":{"steward":"why","x":1.0}}""")]
    [InlineData("""{"code":1,"data":{ }}""", """{"code":1,"data":{"steward":"why" }}""")]
    [InlineData("{}", """{"data":{"steward":"why"}}""")]
    [InlineData("{ }", """{"data":{"steward":"why"} }""")]
    [InlineData("""{"data":"its own"}""", """{"data":"its own"}""")]
    [InlineData("""{"data":{"steward":"forged","x":1,"st\u0065ward":"twice"}}""", """{"data":{"steward":"why","x":1}}""")]
    [InlineData("\"boom\"", "\"boom\"")]
    [InlineData("5", "5")]
    [InlineData("null", "null")]
    [InlineData("[]", "[]")]
    public void A_reason_is_added_to_whatever_a_server_calls_an_error(string error, string expected) =>
        Assert.Equal(expected, Encoding.UTF8.GetString(FailureReason.AddTo(Encoding.UTF8.GetBytes(error), "why")));

    [Theory]
    [InlineData("{}", """{"_meta":{"io.modelcontextprotocol/related-task":{"taskId":"t"}}}""")]
    [InlineData("""{"_meta":{}}""", """{"_meta":{"io.modelcontextprotocol/related-task":{"taskId":"t"}}}""")]
    [InlineData("5", "5")]
    [InlineData("null", "null")]
    public void A_task_is_named_in_whatever_is_a_result(string result, string expected) =>
        Assert.Equal(expected, Encoding.UTF8.GetString(RelatedTask.AddTo(Encoding.UTF8.GetBytes(result), "t")));
}
