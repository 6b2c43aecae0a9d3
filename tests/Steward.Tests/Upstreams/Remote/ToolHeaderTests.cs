using System.Text;
using System.Text.Json;
using Steward.Catalog;
using Steward.Upstreams.Remote;
using Xunit;

namespace Steward.Tests.Upstreams.Remote;

/// <summary>Parameters of tools that calls repeat in headers.</summary>
public sealed class ToolHeaderTests
{
    [Theory]
    [InlineData("us-west1", "us-west1")]
    [InlineData("", "")]
    [InlineData("a\tb c", "a\tb c")]
    [InlineData("Hello, \u4e16\u754c", "=?base64?SGVsbG8sIOS4lueVjA==?=")]
    [InlineData(" padded ", "=?base64?IHBhZGRlZCA=?=")]
    [InlineData("line1\nline2", "=?base64?bGluZTEKbGluZTI=?=")]
    [InlineData("=?base64?literal?=", "=?base64?PT9iYXNlNjQ/bGl0ZXJhbD89?=")]
    [InlineData("=?BASE64?literal?=", "=?BASE64?literal?=")]
    [InlineData("\u007f", "=?base64?fw==?=")]
    public void A_text_that_a_header_cannot_carry_is_encoded(string text, string value) => Assert.Equal(value, HeaderValue.Encode(text));

    [Theory]
    [InlineData("\"a\"", "a")]
    [InlineData("42", "42")]
    [InlineData("-7", "-7")]
    [InlineData("42.0", "42")]
    [InlineData("4.2e1", "42")]
    [InlineData("9007199254740991", "9007199254740991")]
    [InlineData("1.5", "1.5")]
    [InlineData("true", "true")]
    [InlineData("false", "false")]
    [InlineData("null", null)]
    [InlineData("{}", null)]
    [InlineData("[1]", null)]
    public void A_value_becomes_text(string json, string? value)
    {
        using var document = JsonDocument.Parse(json);
        Assert.Equal(value, HeaderValue.FromJson(document.RootElement));
    }

    [Theory]
    [InlineData("""{"properties":{"a":{"type":"string","x-mcp-header":"A"}}}""", "Mcp-Param-A=a")]
    [InlineData("""{"properties":{"a":{"type":"integer","x-mcp-header":"A"},"b":{"type":"boolean","x-mcp-header":"b-1"}}}""", "Mcp-Param-A=a Mcp-Param-b-1=b")]
    [InlineData("""{"properties":{"a":{"type":"object","properties":{"b":{"type":"string","x-mcp-header":"B"}}}}}""", "Mcp-Param-B=a.b")]
    [InlineData("""{"properties":{"a":{"type":["string","null"],"x-mcp-header":"A"}}}""", "Mcp-Param-A=a")]
    [InlineData("""{"properties":{"x-mcp-header":{"type":"string"}}}""", "")]
    [InlineData("""{"properties":{"a":{"type":"object","default":{"x-mcp-header":"A"},"examples":[{"x-mcp-header":"A"}]}}}""", "")]
    [InlineData("""{"properties":{"a":{"type":"string"}},"description":"x-mcp-header"}""", "")]
    public void Marked_parameters_are_found(string schema, string headers)
    {
        var found = ToolAnnotations.Read(Tool(schema), out var problem);

        Assert.Null(problem);
        Assert.Equal(headers, string.Join(' ', found.Select(header => $"{header.Name}={string.Join('.', header.Path)}")));
    }

    [Theory]
    [InlineData("""{"properties":{"a":{"type":"string","x-mcp-header":""}}}""", "is no name of a header")]
    [InlineData("""{"properties":{"a":{"type":"string","x-mcp-header":"a b"}}}""", "is no name of a header")]
    [InlineData("""{"properties":{"a":{"type":"string","x-mcp-header":"a\r\nb"}}}""", "is no name of a header")]
    [InlineData("""{"properties":{"a":{"type":"string","x-mcp-header":"\u00e4"}}}""", "is no name of a header")]
    [InlineData("""{"properties":{"a":{"type":"string","x-mcp-header":7}}}""", "is no name of a header")]
    [InlineData("""{"properties":{"a":{"type":"number","x-mcp-header":"A"}}}""", "neither string nor integer nor boolean")]
    [InlineData("""{"properties":{"a":{"type":"object","x-mcp-header":"A"}}}""", "neither string nor integer nor boolean")]
    [InlineData("""{"properties":{"a":{"x-mcp-header":"A"}}}""", "neither string nor integer nor boolean")]
    [InlineData("""{"properties":{"a":{"type":"string","x-mcp-header":"A"},"b":{"type":"string","x-mcp-header":"a"}}}""", "that another parameter has")]
    [InlineData("""{"properties":{"a":{"type":"array","items":{"type":"string","x-mcp-header":"A"}}}}""", "no chain of properties")]
    [InlineData("""{"properties":{"a":{"anyOf":[{"type":"string","x-mcp-header":"A"}]}}}""", "no chain of properties")]
    [InlineData("""{"anyOf":[{"properties":{"a":{"type":"string","x-mcp-header":"A"}}}]}""", "no chain of properties")]
    [InlineData("""{"if":{"properties":{"a":{"type":"string","x-mcp-header":"A"}}}}""", "no chain of properties")]
    [InlineData("""{"$defs":{"d":{"type":"string","x-mcp-header":"A"}},"properties":{"a":{"$ref":"#/$defs/d"}}}""", "no chain of properties")]
    [InlineData("""{"type":"string","x-mcp-header":"A"}""", "no chain of properties")]
    public void A_tool_that_marks_them_wrongly_is_refused(string schema, string reason)
    {
        ToolAnnotations.Read(Tool(schema), out var problem);

        Assert.Contains(reason, problem, StringComparison.Ordinal);
    }

    [Fact]
    public void A_refused_tool_is_left_out_and_the_others_stay()
    {
        var table = new ToolHeaderTable();
        var refused = new List<string>();

        var offered = table.Take(
            [
                new CatalogItem("bad", Tool("""{"properties":{"a":{"type":"number","x-mcp-header":"A"}}}"""), default),
                new CatalogItem("good", Tool("""{"properties":{"a":{"type":"string","x-mcp-header":"A"}}}"""), default),
                new CatalogItem("plain", Tool("{}"), default),
            ],
            (tool, reason) => refused.Add($"{tool}: {reason}"));

        Assert.Equal(["good", "plain"], offered.Select(tool => tool.Key));
        Assert.StartsWith("bad: x-mcp-header at 'a'", Assert.Single(refused), StringComparison.Ordinal);
        Assert.Equal((0, 1, 0), (table.Find("bad").Count, table.Find("good").Count, table.Find("plain").Count));
    }

    private static byte[] Tool(string schema) => Encoding.UTF8.GetBytes($$"""{"name":"t","inputSchema":{{schema}}}""");
}
