using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Steward.Configuration;
using Steward.Configuration.Sections;
using Xunit;

namespace Steward.Tests.Configuration;

/// <summary>
/// The schema for editors and the manual's tables are written from the parser's own keys, so they cannot drift apart.
/// After a change to a key, run these tests once with STEWARD_UPDATE_DOCS=1.
/// </summary>
public sealed partial class SchemaAndManualTests
{
    private static readonly string SchemaPath = Repository.PathOf("docs", "steward.schema.json");
    private static readonly string ManualPath = Repository.PathOf("docs", "configuration.md");

    private static SchemaValidator Schema => new(JsonNode.Parse(File.ReadAllText(SchemaPath))!.AsObject());

    [Fact]
    public void The_schema_says_what_the_parser_knows() => AssertGenerated(SchemaPath, SchemaWriter.Write());

    [Fact]
    public void The_tables_of_the_manual_say_what_the_parser_knows() => AssertGenerated(ManualPath, ManualTables.Refresh(File.ReadAllText(ManualPath)));

    [Fact]
    public void Every_link_within_the_manual_leads_to_a_heading()
    {
        var manual = File.ReadAllText(ManualPath);
        var headings = Heading.Matches(manual).Select(match => match.Groups[1].Value.Trim().ToLowerInvariant().Replace("`", "", StringComparison.Ordinal).Replace(' ', '-')).ToHashSet();

        Assert.All(Link.Matches(manual).Select(match => match.Groups[1].Value), link => Assert.Contains(link, headings));
    }

    [Fact]
    public void Every_block_of_the_manual_fits_the_schema_and_loads_without_a_warning()
    {
        var blocks = Block.Matches(File.ReadAllText(ManualPath)).Select(match => match.Groups[1].Value).ToList();

        Assert.NotEmpty(blocks);
        Assert.All(blocks, block =>
        {
            Assert.Empty(Schema.Validate(SchemaValidator.ParseLenient(block)));
            AssertLoads(block, "configuration.md");
        });
    }

    [Fact]
    public void Every_sample_fits_the_schema_and_loads_without_a_warning()
    {
        var folder = new DirectoryInfo(Repository.PathOf("samples"));
        var samples = (folder.Exists ? folder.EnumerateFiles("*.json", SearchOption.AllDirectories) : []).Select(file => file.FullName)
            .Where(path => !path.Contains("node_modules", StringComparison.Ordinal))
            .Where(path => File.ReadAllText(path).Contains("\"mcpServers\"", StringComparison.Ordinal));

        Assert.All(samples, path =>
        {
            Assert.Empty(Schema.Validate(SchemaValidator.ParseLenient(File.ReadAllText(path))));
            AssertLoads(File.ReadAllText(path), path);
        });
    }

    [Theory]
    [InlineData("""{ "mcpServers": { "a": { "command": "x", "comand": "y" } } }""")]
    [InlineData("""{ "mcpServers": { "a": { } } }""")]
    [InlineData("""{ "mcpServers": { "a": { "command": "x", "url": "http://x" } } }""")]
    [InlineData("""{ "mcpServers": { "a b": { "command": "x" } } }""")]
    [InlineData("""{ "mcpServers": { "a": { "command": "x", "startupTimeoutMs": 0 } } }""")]
    [InlineData("""{ "mcpServers": { "a": { "command": "x", "startupTimeoutMs": 1.5 } } }""")]
    [InlineData("""{ "mcpServers": { "a": { "command": "x", "isolation": "shred" } } }""")]
    [InlineData("""{ "mcpServers": { "a": { "command": "x", "args": "y" } } }""")]
    [InlineData("""{ "mcpServers": { "a": { "command": "x", "env": { "A": 1 } } } }""")]
    [InlineData("""{ "mcpServers": { "a": { "command": "x", "health": null } } }""")]
    [InlineData("""{ "mcpServers": {}, "defaults": { "command": "x" } }""")]
    [InlineData("""{ "gateway": {} }""")]
    public void The_schema_refuses_what_the_parser_complains_about(string text)
    {
        Assert.NotEmpty(Schema.Validate(SchemaValidator.ParseLenient(text)));

        var complaints = 0;
        try
        {
            complaints = Config.Parse(text).Warnings.Count;
        }
        catch (ConfigException error)
        {
            complaints = error.Problems.Count;
        }

        Assert.NotEqual(0, complaints);
    }

    [Theory]
    [InlineData("""{ "mcpServers": { "a": { "command": "x", "isolation": "${env:ISOLATION}", "restartPolicy": null, "disabled": true } } }""")]
    [InlineData("""{ "$schema": "s", "mcpServers": { "a": { "type": "http", "url": "https://example.org/mcp", "headers": { "A": "b" } } } }""")]
    public void The_schema_lets_pass_what_the_parser_takes(string text)
    {
        Assert.Empty(Schema.Validate(SchemaValidator.ParseLenient(text)));
        Assert.Empty(Config.Parse(text).Warnings);
    }

    [Fact]
    public void The_validator_refuses_a_keyword_that_it_does_not_know() =>
        Assert.Throws<NotSupportedException>(() => new SchemaValidator(new() { ["minProperties"] = 1 }).Validate(new JsonObject()));

    [Fact]
    public void Every_key_is_described_in_a_sentence() =>
        Assert.All(ManualTables.All.SelectMany(keys => keys.Keys), key =>
        {
            Assert.EndsWith(".", key.Description.TrimEnd('`'), StringComparison.Ordinal);
            Assert.DoesNotContain('|', key.Description);
        });

    [Fact]
    public void Key_names_are_unique_within_their_object() =>
        Assert.All(ManualTables.All, keys => Assert.Equal(keys.Keys.Count, keys.Keys.Select(key => key.Name).Distinct().Count()));

    [Fact]
    public void Every_policy_key_of_a_server_can_stand_in_defaults() =>
        Assert.Equal(["name", "tags", "type", "command", "args", "instances", "url", "headers", "auth"], ServerSection.Keys.Keys.Select(key => key.Name).Except(PolicySection.Keys.Keys.Select(key => key.Name)));

    private static void AssertGenerated(string path, string expected)
    {
        if (Repository.UpdatesGeneratedFiles)
            File.WriteAllText(path, expected);
        Assert.True(expected == File.ReadAllText(path), $"{path} is not what the parser knows. Run this test once with STEWARD_UPDATE_DOCS=1.");
    }

    /// <summary>Every variable is set, and every file but those of a folder that does not exist is there.</summary>
    private static void AssertLoads(string text, string name)
    {
        var folder = Directory.CreateTempSubdirectory("steward-manual-");
        try
        {
            File.WriteAllText(Path.Combine(folder.FullName, "gateway-token"), "token-of-a-test\n");
            var config = ConfigFile.Parse(Encoding.UTF8.GetBytes(text), name, folder.FullName, new VariableResolver(_ => "value"));
            Assert.Empty(config.Warnings);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [GeneratedRegex(@"^#+ (.+)$", RegexOptions.Multiline)]
    private static partial Regex Heading { get; }

    [GeneratedRegex(@"\]\(#([^)]+)\)")]
    private static partial Regex Link { get; }

    [GeneratedRegex(@"^```jsonc?\n(.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Block { get; }
}
