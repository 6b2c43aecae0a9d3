using System.Text;
using Steward.Configuration;
using Xunit;

namespace Steward.Tests.Configuration;

public sealed class JsonSyntaxTests
{
    [Fact]
    public void Comments_and_trailing_commas_are_allowed()
    {
        var server = Assert.Single(Config.Parse("""
            // a comment
            {
              /* another
                 one */
              "mcpServers": { "a": { "command": "run", "args": ["x", /* y */ "z",], }, },
            } // the end
            """).Servers);

        Assert.Equal(["x", "z"], server.Args);
    }

    [Fact]
    public void A_byte_order_mark_is_skipped_and_does_not_count_as_a_column()
    {
        byte[] text = [.. Encoding.UTF8.Preamble, .. """{ "mcpServers": 1 }"""u8];

        var problem = Assert.Single(Assert.Throws<ConfigException>(() => ConfigFile.Parse(text, "f", ".")).Problems);

        Assert.Equal((1, 17), (problem.Line, problem.Column));
    }

    [Theory]
    [InlineData("")]
    [InlineData(" \r\n\t\n")]
    public void An_empty_file_is_called_empty(string text)
    {
        var problem = Config.Problem(text);

        Assert.Equal((1, 1, "(root)"), (problem.Line, problem.Column, problem.Path));
        Assert.Contains("is empty", problem.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("// only a comment")]
    [InlineData("{")]
    [InlineData("{ \"a\"")]
    [InlineData("{ \"mcpServers\": {} } }")]
    [InlineData("{ \"mcpServers\": {} } {}")]
    [InlineData("{ 'mcpServers': {} }")]
    [InlineData("{ mcpServers: {} }")]
    [InlineData("{,}")]
    [InlineData("/*")]
    [InlineData("nul")]
    [InlineData("{ \"a\": 01 }")]
    [InlineData("{ \"a\": \"\n\" }")]
    [InlineData("{ \"a\": \"\\q\" }")]
    public void What_is_no_json_is_one_problem_with_a_place(string text)
    {
        var problem = Config.Problem(text);

        Assert.StartsWith("the file is no valid JSON: ", problem.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("LineNumber", problem.Message, StringComparison.Ordinal);
        Assert.True(problem.Line >= 1 && problem.Column >= 1);
    }

    [Fact]
    public void A_missing_comma_is_placed_where_the_reader_stumbles()
    {
        var problem = Config.Problem("{\n  \"mcpServers\": {}\n  \"gateway\": {}\n}");

        Assert.Equal((3, 3), (problem.Line, problem.Column));
    }

    [Fact]
    public void A_secret_that_lost_its_quotes_is_not_shown()
    {
        var problem = Config.Problem("""{ "mcpServers": { "a": { "command": "x", "env": { "TOKEN": tsecret } } } }""");

        Assert.DoesNotContain("secret", problem.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Columns_count_characters_not_bytes()
    {
        var problem = Config.Problem("""{ "mcpServers": { "a": { "command": "äöü€", "disabled": 1 } } }""");

        Assert.Equal((1, 57), (problem.Line, problem.Column));
    }

    [Theory]
    [InlineData("[]", "a list")]
    [InlineData("1", "a number")]
    [InlineData("\"x\"", "a string")]
    [InlineData("null", "null")]
    [InlineData("true", "true")]
    public void A_root_that_is_no_object_is_said_to_be_none(string text, string kind)
    {
        var problem = Config.Problem(text);

        Assert.Equal((1, 1, $"is {kind}, but must be an object"), (problem.Line, problem.Column, problem.Message));
    }

    [Fact]
    public void Nesting_without_end_is_a_problem_and_no_crash()
    {
        var problem = Config.Problem(string.Concat(Enumerable.Repeat("{\"a\":[", 50_000)));

        Assert.Contains("depth of 64", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Bytes_that_are_no_utf8_are_placed()
    {
        byte[] text = [.. "{\n \""u8, 0xff, .. "\": 1 }"u8];

        var problem = Assert.Single(Assert.Throws<ConfigException>(() => ConfigFile.Parse(text, "f", ".")).Problems);

        Assert.Equal((2, 3), (problem.Line, problem.Column));
        Assert.Contains("not UTF-8", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_in_utf16_is_told_apart_from_bad_json()
    {
        byte[] text = [.. Encoding.Unicode.GetPreamble(), .. Encoding.Unicode.GetBytes("{}")];

        var problem = Assert.Single(Assert.Throws<ConfigException>(() => ConfigFile.Parse(text, "f", ".")).Problems);

        Assert.Contains("not UTF-8", problem.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{\n  \"mcpServers\": { \"a\": { \"command\": \"\\ud800\" } } }", 2, 37)]
    [InlineData("{\n  \"\\udc00\": 1 }", 2, 3)]
    public void Half_a_surrogate_pair_is_placed(string text, int line, int column)
    {
        var problem = Config.Problem(text);

        Assert.Equal((line, column), (problem.Line, problem.Column));
        Assert.Contains("surrogate", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_key_given_twice_is_a_problem_at_every_level_and_names_the_first()
    {
        var problems = Config.Fail("""
            {
              "mcpServers": {
                "a": { "command": "x", "env": { "A": "1", "A": "2" } },
                "a": { "command": "y" }
              },
              "mcpServers": {}
            }
            """).Problems;

        Assert.Equal(["mcpServers.a.env.A", "mcpServers.a", "mcpServers"], problems.Select(problem => problem.Path));
        Assert.Equal([(3, 47), (4, 5), (6, 3)], problems.Select(problem => (problem.Line, problem.Column)));
        Assert.Equal(["first on line 3", "first on line 3", "first on line 2"], problems.Select(problem => problem.Message[^15..]));
    }
}
