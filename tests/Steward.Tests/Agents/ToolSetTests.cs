using Microsoft.Extensions.AI;
using Steward.Agents;
using Xunit;

namespace Steward.Tests.Agents;

public sealed class ToolSetTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact(Timeout = 10_000)]
    public void A_set_is_the_tools_of_a_chat()
    {
        var tools = ToolSet.Of(new FakeTool("a"), new FakeTool("b"));
        var options = new ChatOptions { Tools = [.. tools] };
        Assert.Equal(["a", "b"], options.Tools.Select(tool => tool.Name));
        Assert.Empty(ToolSet.Of());
    }

    [Fact(Timeout = 10_000)]
    public void Merged_sets_keep_their_order_and_of_one_name_the_first_tool_is_meant()
    {
        FakeTool first = new("shared"), second = new("shared"), third = new("shared");
        var merged = ToolSet.Merge(ToolSet.Of(first, new FakeTool("a")), ToolSet.Of(new FakeTool("b"), second), ToolSet.Of(third, new FakeTool("c")));
        Assert.Equal(["shared", "a", "b", "c"], merged.Select(tool => tool.Name));
        Assert.Same(first, merged.Find("shared"));
        Assert.Equal([second, third], merged.Hidden);
        Assert.Null(merged.Find("d"));
    }

    [Fact(Timeout = 10_000)]
    public void Prefixes_tell_apart_what_two_sets_call_the_same()
    {
        var merged = ToolSet.Merge(ToolSet.Of(new FakeTool("shared")).WithPrefix("x_"), ToolSet.Of(new FakeTool("shared")).WithPrefix("y-"));
        Assert.Equal(["x_shared", "y-shared"], merged.Select(tool => tool.Name));
        Assert.Empty(merged.Hidden);
    }

    [Fact(Timeout = 10_000)]
    public async Task A_tool_with_a_prefix_is_the_same_but_for_its_name()
    {
        var inner = new FakeTool("tool", "does something");
        var tool = Assert.Single(ToolSet.Of(inner).WithPrefix("my_"));
        Assert.Equal("my_tool", tool.Name);
        Assert.Equal("does something", tool.Description);
        Assert.Equal(inner.JsonSchema.GetRawText(), tool.JsonSchema.GetRawText());
        Assert.Same(inner.AdditionalProperties, tool.AdditionalProperties);
        Assert.Equal("tool 1", await tool.InvokeAsync(new() { ["x"] = 1 }, Cancelled));
        Assert.Same(inner, tool.GetService<FakeTool>());
    }

    [Fact(Timeout = 10_000)]
    public void A_name_that_a_prefix_makes_too_long_is_shortened_and_stays_unlike_others()
    {
        var name = new string('n', 60);
        var tools = ToolSet.Of(new FakeTool(name + "1"), new FakeTool(name + "2")).WithPrefix("prefix_");
        Assert.Equal(2, tools.Current.Count);
        Assert.All(tools, tool => Assert.Equal(64, tool.Name.Length));
        Assert.All(tools, tool => Assert.StartsWith("prefix_nnn", tool.Name));
        Assert.Equal(tools.Select(tool => tool.Name), ToolSet.Of(new FakeTool(name + "1"), new FakeTool(name + "2")).WithPrefix("prefix_").Select(tool => tool.Name));
    }

    [Theory(Timeout = 10_000)]
    [InlineData("")]
    [InlineData("a.")]
    [InlineData("ä")]
    public void A_prefix_that_models_refuse_is_refused(string prefix) => Assert.Throws<ArgumentException>(() => ToolSet.Of().WithPrefix(prefix));

    [Fact(Timeout = 10_000)]
    public void Only_what_is_wanted_is_left()
    {
        var tools = ToolSet.Of(new FakeTool("a", "x"), new FakeTool("b"), new FakeTool("c", "x"));
        Assert.Equal(["a", "c"], tools.Where(tool => tool.Description == "x").Select(tool => tool.Name));
        Assert.Equal(["a", "b"], tools.Only("b", "a", "missing").Select(tool => tool.Name));
        Assert.Equal(["p_c"], tools.WithPrefix("p_").Only("p_c").Select(tool => tool.Name));
    }

    [Fact(Timeout = 10_000)]
    public async Task A_set_that_cannot_change_is_watched_for_one_look()
    {
        var looks = new List<int>();
        await foreach (var now in ToolSet.Merge(ToolSet.Of(new FakeTool("a")), ToolSet.Of(new FakeTool("b"))).WatchAsync(Cancelled))
            looks.Add(now.Count);
        Assert.Equal([2], looks);
    }

    [Fact(Timeout = 10_000)]
    public void What_is_not_known_of_a_tool_is_taken_as_the_worst()
    {
        var safety = ToolSafety.Of(new FakeTool("own"));
        Assert.False(safety.IsReadOnly);
        Assert.False(safety.IsIdempotent);
        Assert.False(safety.IsConcurrencySafe);
        Assert.False(safety.IsLongRunning);
        Assert.True(safety.IsDestructive);
        Assert.True(safety.IsOpenWorld);
    }
}
