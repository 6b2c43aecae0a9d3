using System.Text.RegularExpressions;
using Steward.Tests.Configuration;
using Xunit;

namespace Steward.Tests;

public sealed partial class LibraryManualTests
{
    /// <summary>So every example in the manual compiles: it is a part of a test, or of a sample.</summary>
    [Fact(Timeout = 30_000)]
    public void Every_example_stands_in_a_test_or_a_sample()
    {
        string[] folders = ["tests", "samples"];
        var code = string.Join('\n', folders
            .SelectMany(folder => Directory.EnumerateFiles(Repository.PathOf(folder), "*.cs", SearchOption.AllDirectories))
            .Select(file => Flat(File.ReadAllText(file))));
        string[] examples = [.. Example().Matches(File.ReadAllText(Repository.PathOf("docs", "library.md"))).Select(match => match.Groups[1].Value)];
        Assert.NotEmpty(examples);
        Assert.All(examples, example => Assert.True(code.Contains(Flat(example), StringComparison.Ordinal), $"No test or sample has this:\n{example}"));
    }

    /// <summary>Without what depends on where the lines stand.</summary>
    private static string Flat(string text) => string.Join('\n', text.Split('\n').Select(line => line.Trim()).Where(line => line.Length > 0));

    [GeneratedRegex("```csharp\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Example();
}
