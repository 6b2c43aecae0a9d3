using System.Text;
using Steward.Wire;
using Xunit;

namespace Steward.Tests.Wire;

public sealed class ResultPartsTests
{
    [Fact]
    public void The_parts_of_a_result_of_the_modern_era_are_found()
    {
        const string Result = """{"resultType":"input_required","inputRequests":{"a":{"method":"roots/list"}},"requestState":"s\"1","_meta":{"x":1,"io.modelcontextprotocol/serverInfo":{"name":"n"}},"ttlMs":5,"cacheScope":"public","task":{}}""";
        var bytes = Encoding.UTF8.GetBytes(Result);

        var parts = ResultParts.Parse(bytes);

        Assert.True(parts is { IsObject: true, IsEmpty: false });
        Assert.True(parts.IsInputRequired(bytes));
        Assert.Equal("""{"a":{"method":"roots/list"}}""", Text(parts.InputRequests));
        Assert.Equal(@"""s\""1""", Text(parts.RequestState));
        Assert.Equal("""{"name":"n"}""", Text(parts.ServerInfo));
        Assert.Equal("5", Text(parts.TtlMs));
        Assert.Equal("\"public\"", Text(parts.CacheScope));
        Assert.Equal("{}", Text(parts.Task));

        string Text(ByteRange range) => Encoding.UTF8.GetString(range.Of(bytes));
    }

    [Theory]
    [InlineData("""{"resultType":"task","taskId":"t","status":"working"}""", "\"t\"", "")]
    [InlineData("""{"task":{"taskId":"t","status":"working"},"_meta":{}}""", "\"t\"", "")]
    [InlineData("""{"content":[{"taskId":"x"}],"_meta":{"io.modelcontextprotocol/related-task":{"taskId":"r"}}}""", "", "\"r\"")]
    [InlineData("""{"task":"t"}""", "", "")]
    public void The_ids_of_tasks_are_found(string result, string taskId, string relatedTaskId)
    {
        var bytes = Encoding.UTF8.GetBytes(result);

        var parts = ResultParts.Parse(bytes);

        Assert.Equal((taskId, relatedTaskId), (Encoding.UTF8.GetString(parts.TaskId.Of(bytes)), Encoding.UTF8.GetString(parts.RelatedTaskId.Of(bytes))));
    }

    [Theory]
    [InlineData("{}", true, true)]
    [InlineData("{\"content\":[]}", true, false)]
    [InlineData("[1]", false, true)]
    [InlineData("null", false, true)]
    public void A_result_of_the_legacy_era_has_none_of_them(string result, bool isObject, bool isEmpty)
    {
        var parts = ResultParts.Parse(Encoding.UTF8.GetBytes(result));

        Assert.Equal((isObject, isEmpty), (parts.IsObject, parts.IsEmpty));
        Assert.False(parts.ResultType.Exists || parts.Meta.Exists || parts.TtlMs.Exists || parts.InputRequests.Exists);
    }
}
