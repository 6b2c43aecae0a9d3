using System.Text.RegularExpressions;
using Steward.Tests.Configuration;
using Xunit;

namespace Steward.Tests.Packaging;

/// <summary>So every example compiles: it is a part of a sample, of a test, or of the package's own page, which a test compiles as it stands.</summary>
public sealed partial class ExampleTests
{
    [Theory(Timeout = 30_000)]
    [InlineData("docs/tutorials/embedding.md")]
    public void Every_example_of_a_page_is_part_of_a_program(string page)
    {
        string[] sources =
        [
            .. Directory.EnumerateFiles(Repository.PathOf("samples"), "*.cs", SearchOption.AllDirectories),
            Repository.PathOf("src", "Steward", "README.md"),
        ];
        var code = string.Join('\n', sources.Select(file => Flat(File.ReadAllText(file))));
        string[] examples = [.. Example().Matches(File.ReadAllText(Repository.PathOf(page))).Select(match => match.Groups[1].Value)];

        Assert.NotEmpty(examples);
        Assert.All(examples, example => Assert.True(code.Contains(Flat(example), StringComparison.Ordinal), $"No sample has this:\n{example}"));
    }

    [Fact(Timeout = 30_000)]
    public void The_version_that_pages_name_is_that_of_the_build()
    {
        var version = typeof(McpServerManager).Assembly.GetName().Version!.ToString(3);
        var named = Directory.EnumerateFiles(Repository.PathOf("docs"), "*.md", SearchOption.AllDirectories)
            .SelectMany(page => PackageVersion().Matches(File.ReadAllText(page)))
            .Select(match => match.Groups[1].Value);

        Assert.All(named, found => Assert.Equal(version, found));
    }

    /// <summary>Every page and file that a tutorial leads to is there.</summary>
    [Fact(Timeout = 30_000)]
    public void Links_of_the_tutorials_lead_somewhere()
    {
        var tutorials = Repository.PathOf("docs", "tutorials");
        var links = Directory.EnumerateFiles(tutorials, "*.md").SelectMany(page => Link().Matches(File.ReadAllText(page))).Select(match => match.Groups[1].Value);

        Assert.All(links, link => Assert.True(Path.Exists(Path.GetFullPath(Path.Combine(tutorials, link))), link));
    }

    /// <summary>Without what depends on where the lines stand.</summary>
    private static string Flat(string text) => string.Join('\n', text.Split('\n').Select(line => line.Trim()).Where(line => line.Length > 0));

    [GeneratedRegex("```csharp\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Example();

    [GeneratedRegex("Include=\"Steward\" Version=\"([^\"]+)\"")]
    private static partial Regex PackageVersion();

    [GeneratedRegex(@"\]\(([^)#:]+)(?:#[^)]*)?\)")]
    private static partial Regex Link();
}
