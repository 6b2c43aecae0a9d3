using System.Text.RegularExpressions;
using Steward.Tests.Configuration;
using Steward.Tests.Testing;
using Xunit;

namespace Steward.Tests.Parity;

/// <summary>Whatever docs/parity.md and the pages below it say is shown by a test that there is.</summary>
public sealed partial class ParityTests
{
    private const int FeatureCells = 6;
    private const int StewardCell = 4;

    [Fact(Timeout = 30_000)]
    public void Every_row_names_tests_that_there_are()
    {
        var wrong = NamedTests().Where(test => !KnownTests.Exists(test.Name)).Select(test => $"{test.Place}: {test.Name}").ToList();

        Assert.True(wrong.Count == 0, $"Tests are named that there are not: {string.Join("; ", wrong)}");
    }

    [Fact(Timeout = 30_000)]
    public void Every_row_says_what_Steward_does_and_what_shows_it()
    {
        var rows = Rows();
        Assert.True(rows.Count > 100, $"there are {rows.Count} rows only");
        Assert.All(rows, row =>
        {
            Assert.True(row.Cells.Length >= 3, $"{row.Place}: {row.Cells.Length} cells");
            Assert.All(row.Cells, cell => Assert.True(cell.Length > 0, $"{row.Place}: a cell is empty"));
            Assert.True(KnownTests.NamedIn(row.Cells[^1]).Any(), $"{row.Place}: no test is named");
        });
    }

    /// <summary>The table of features is there to show that nothing is missing: a row that has to admit it is work to do, and no row.</summary>
    [Fact(Timeout = 30_000)]
    public void Steward_has_every_feature_of_the_table()
    {
        var features = Rows().Where(row => row.Cells.Length == FeatureCells).ToList();
        Assert.True(features.Count > 80, $"there are {features.Count} features only");
        Assert.Equal(features.Count, features.DistinctBy(row => row.Cells[0]).Count());
        Assert.All(features, row => Assert.False(Lacking().IsMatch(row.Cells[StewardCell]), $"{row.Place}: Steward has {row.Cells[0]} '{row.Cells[StewardCell]}'"));
    }

    /// <summary>What stands there for its own sake would be lost to whoever looks for it on the pages.</summary>
    [Fact(Timeout = 30_000)]
    public void Every_test_of_this_folder_is_on_a_page()
    {
        var named = NamedTests().Select(test => test.Name).ToHashSet(StringComparer.Ordinal);
        Assert.All(
            KnownTests.Of(type => type.Namespace == typeof(ParityTests).Namespace && type != typeof(ParityTests)),
            test => Assert.True(named.Contains(test), $"no page names {test}"));
    }

    private static IEnumerable<(string Place, string Name)> NamedTests() =>
        Rows().SelectMany(row => KnownTests.NamedIn(row.Cells[^1]).Select(name => (row.Place, name)));

    /// <summary>The rows of every table whose last column says what shows it.</summary>
    private static List<(string Place, string[] Cells)> Rows() => [.. Pages().SelectMany(page => MarkdownTable.RowsOf(page, "Shown by"))];

    private static IEnumerable<string> Pages() => [Repository.PathOf("docs", "parity.md"), .. Directory.GetFiles(Repository.PathOf("docs", "parity"), "*.md")];

    [GeneratedRegex(@"^\W*$|^(no|not|none|never|nothing|partial|partly|in part|planned|out of reach|broken)\b", RegexOptions.IgnoreCase)]
    private static partial Regex Lacking();
}
