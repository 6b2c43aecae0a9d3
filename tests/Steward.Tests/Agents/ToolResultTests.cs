using System.Text.Json;
using Microsoft.Extensions.AI;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using Xunit;

namespace Steward.Tests.Agents;

public sealed class ToolResultTests
{
    [Fact(Timeout = 10_000)]
    public async Task One_text_is_a_text_content()
    {
        var result = await AgentRig.CallAsync("""{"content":[{"type":"text","text":"done","_meta":{"k":"v"}}]}""");
        var text = Assert.IsType<TextContent>(result);
        Assert.Equal("done", text.Text);
        Assert.Equal("done", Assert.IsType<TextContentBlock>(text.RawRepresentation).Text);
        Assert.Equal("v", text.AdditionalProperties!["k"]!.ToString());
    }

    [Fact(Timeout = 10_000)]
    public async Task Nothing_is_an_empty_result_and_no_failure()
    {
        Assert.Null(await AgentRig.CallAsync("""{"content":[]}"""));
        Assert.Null(await AgentRig.CallAsync("{}"));
    }

    [Fact(Timeout = 10_000)]
    public async Task Images_sounds_resources_and_links_are_what_they_are()
    {
        var result = await AgentRig.CallAsync(
            """
            {"content":[
              {"type":"text","text":"look"},
              {"type":"image","data":"AQID","mimeType":"image/png"},
              {"type":"audio","data":"BAU=","mimeType":"audio/wav"},
              {"type":"resource","resource":{"uri":"file:///a.bin","blob":"Bg=="}},
              {"type":"resource","resource":{"uri":"file:///a.txt","mimeType":"text/plain","text":"inside"}},
              {"type":"resource_link","uri":"https://example.org/b","name":"b","mimeType":"text/html","description":"a page"},
              {"type":"resource_link","uri":"file:///c","name":"c"}
            ]}
            """.ReplaceLineEndings(""));

        Assert.Collection(
            Assert.IsType<AIContent[]>(result),
            content => Assert.Equal("look", Assert.IsType<TextContent>(content).Text),
            content => AssertData(content, "image/png", 1, 2, 3),
            content => AssertData(content, "audio/wav", 4, 5),
            content =>
            {
                AssertData(content, "application/octet-stream", 6);
                Assert.Equal("file:///a.bin", content.AdditionalProperties!["uri"]);
            },
            content =>
            {
                Assert.Equal("inside", Assert.IsType<TextContent>(content).Text);
                Assert.Equal("file:///a.txt", content.AdditionalProperties!["uri"]);
            },
            content =>
            {
                var link = Assert.IsType<UriContent>(content);
                Assert.Equal(("https://example.org/b", "text/html"), (link.Uri.OriginalString, link.MediaType));
                Assert.Equal(("b", "a page"), (link.AdditionalProperties!["name"], link.AdditionalProperties!["description"]));
            },
            content => Assert.Equal("application/octet-stream", Assert.IsType<UriContent>(content).MediaType));
    }

    [Fact(Timeout = 10_000)]
    public async Task Structured_content_stands_for_a_text_that_says_the_same()
    {
        var result = await AgentRig.CallAsync("""{"content":[{"type":"text","text":"{ \"n\": 1 }"}],"structuredContent":{"n":1}}""");
        Assert.Equal("""{"n":1}""", Assert.IsType<JsonElement>(result).GetRawText());
        result = await AgentRig.CallAsync("""{"content":[],"structuredContent":{"n":2}}""");
        Assert.Equal("""{"n":2}""", Assert.IsType<JsonElement>(result).GetRawText());
    }

    [Fact(Timeout = 10_000)]
    public async Task Structured_content_stands_beside_a_text_and_an_image_that_say_more()
    {
        var result = await AgentRig.CallAsync(
            """{"content":[{"type":"text","text":"two things"},{"type":"image","data":"AQ==","mimeType":"image/png"}],"structuredContent":{"things":2}}""");
        Assert.Collection(
            Assert.IsType<AIContent[]>(result),
            content =>
            {
                Assert.Equal("""{"things":2}""", Assert.IsType<TextContent>(content).Text);
                Assert.Equal(2, Assert.IsType<JsonElement>(content.RawRepresentation).GetProperty("things").GetInt32());
            },
            content => Assert.Equal("two things", Assert.IsType<TextContent>(content).Text),
            content => AssertData(content, "image/png", 1));
    }

    [Fact(Timeout = 10_000)]
    public async Task A_failure_of_the_tool_is_told_to_the_model_in_all_its_words()
    {
        var result = await AgentRig.CallAsync("""{"content":[{"type":"text","text":"no such file"},{"type":"text","text":"try /tmp"}],"isError":true}""");
        var text = Assert.IsType<TextContent>(result);
        Assert.Equal("Error: no such file\ntry /tmp", text.Text);
        Assert.Equal(true, text.AdditionalProperties!["isError"]);
        Assert.True(Assert.IsType<CallToolResult>(text.RawRepresentation).IsError);
    }

    [Fact(Timeout = 10_000)]
    public async Task A_failure_without_words_gets_some_and_keeps_what_it_shows()
    {
        var result = await AgentRig.CallAsync("""{"content":[{"type":"image","data":"AQ==","mimeType":"image/png"}],"isError":true}""");
        Assert.Collection(
            Assert.IsType<AIContent[]>(result),
            content => Assert.Equal("Error: tool 'wait' of server 'a' failed and gave no reason.", Assert.IsType<TextContent>(content).Text),
            content => AssertData(content, "image/png", 1));
        Assert.Equal("""Error: {"code":7}""", Assert.IsType<TextContent>(await AgentRig.CallAsync("""{"content":[],"structuredContent":{"code":7},"isError":true}""")).Text);
    }

    [Fact(Timeout = 10_000)]
    public async Task An_image_that_is_no_base64_is_a_clear_error()
    {
        var failure = await Assert.ThrowsAsync<McpException>(() => AgentRig.CallAsync("""{"content":[{"type":"image","data":"%%%","mimeType":"image/png"}]}"""));
        Assert.Equal("Tool 'wait' of server 'a' answered with image that is no valid base64.", failure.Message);
    }

    [Theory(Timeout = 10_000)]
    [InlineData("""{"type":"image","data":"AQ==","mimeType":"nonsense"}""")]
    [InlineData("""{"type":"resource","resource":{"uri":"x:y","blob":"AQ==","mimeType":""}}""")]
    public async Task Data_of_a_kind_that_does_not_exist_is_just_data(string block) =>
        AssertData(Assert.IsType<DataContent>(await AgentRig.CallAsync($$"""{"content":[{{block}}]}""")), "application/octet-stream", 1);

    [Fact(Timeout = 10_000)]
    public async Task A_link_to_nowhere_is_told_as_the_server_said_it()
    {
        var text = Assert.IsType<TextContent>(await AgentRig.CallAsync("""{"content":[{"type":"resource_link","uri":"not a uri","name":"n"}]}"""));
        Assert.Contains("\"not a uri\"", text.Text, StringComparison.Ordinal);
    }

    [Theory(Timeout = 10_000)]
    [InlineData("""{"content":[{"type":"text","text":"a"},{"type":"image","data":"AQ==","mimeType":"image/png"}]}""")]
    [InlineData("""{"content":[{"type":"text","text":"no"}],"isError":true}""")]
    [InlineData("""{"content":[{"type":"text","text":"a"}],"structuredContent":{"n":1}}""")]
    public async Task Every_result_can_be_written_into_a_conversation(string result)
    {
        var message = new ChatMessage(ChatRole.Tool, [new FunctionResultContent("1", await AgentRig.CallAsync(result))]);
        var json = JsonSerializer.Serialize(message, AIJsonUtilities.DefaultOptions.GetTypeInfo(typeof(ChatMessage)));
        Assert.Contains("text", json, StringComparison.Ordinal);
    }

    private static void AssertData(AIContent content, string mediaType, params byte[] data)
    {
        var found = Assert.IsType<DataContent>(content);
        Assert.Equal(mediaType, found.MediaType);
        Assert.Equal(data, found.Data.ToArray());
    }
}
