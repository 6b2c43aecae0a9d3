using System.Globalization;
using System.Text.RegularExpressions;
using Steward.Tests.Configuration;
using Steward.Tests.Testing;
using Xunit;

namespace Steward.Tests.Faults;

/// <summary>docs/reliability.md promises nothing that no test shows, and hides nothing that is missing.</summary>
public sealed partial class ReliabilityPageTests
{
    private const string NotYet = "not yet";
    private const string InPart = "in part:";
    private const string NotOffered = "not offered";

    private static readonly Dictionary<char, int> Cases = new() { ['A'] = 18, ['B'] = 9, ['C'] = 6, ['D'] = 14, ['E'] = 11 };

    [Fact(Timeout = 30_000)]
    public void Every_case_has_a_row()
    {
        var expected = Cases.SelectMany(section => Enumerable.Range(1, section.Value).Select(number => $"{section.Key}{number}"));

        Assert.Equal(expected, Rows().Select(row => row.Cells[0].Split(' ')[0].Trim('*')));
    }

    [Fact(Timeout = 30_000)]
    public void Every_row_names_tests_that_there_are()
    {
        var wrong = from row in Rows()
                    from name in KnownTests.NamedIn(row.Cells[^1])
                    where !KnownTests.Exists(name)
                    select $"{row.Place}: {name}";

        Assert.True(!wrong.Any(), $"Tests are named that there are not: {string.Join("; ", wrong)}");
    }

    /// <summary>A row without a test, or with a gap, says so where its tests stand, and what it is says the sentence before.</summary>
    [Fact(Timeout = 30_000)]
    public void Every_row_is_shown_or_says_that_it_is_not() => Assert.All(Rows(), row =>
    {
        Assert.True(row.Cells.Length == 4, $"{row.Place}: {row.Cells.Length} cells");
        Assert.All(row.Cells, cell => Assert.True(cell.Length > 0, $"{row.Place}: a cell is empty"));
        var mark = MarkOf(row.Cells[^1]);
        Assert.True(mark == NotYet || KnownTests.NamedIn(row.Cells[^1]).Any(), $"{row.Place}: no test is named");
        Assert.True((mark.Length > 0) == Gap().IsMatch(row.Cells[2]), $"{row.Place}: says '{mark}' at its tests, and otherwise what Steward does");
    });

    [Fact(Timeout = 30_000)]
    public void The_sum_at_the_top_is_right()
    {
        var marks = Rows().CountBy(row => MarkOf(row.Cells[^1])).ToDictionary();
        var sum = Sum().Match(File.ReadAllText(Page));

        Assert.True(sum.Success, "the page says nowhere how many cases are shown");
        Assert.Equal(
            (Cases.Values.Sum(), marks.GetValueOrDefault(""), marks.GetValueOrDefault(InPart), marks.GetValueOrDefault(NotYet), marks.GetValueOrDefault(NotOffered)),
            (Number("all"), Number("shown"), Number("part"), Number("yet"), Number("never")));

        int Number(string group) => int.Parse(sum.Groups[group].Value, CultureInfo.InvariantCulture);
    }

    /// <summary>What stands there for its own sake would be lost to whoever looks for it on the page.</summary>
    [Fact(Timeout = 30_000)]
    public void Every_test_of_the_folders_of_faults_is_on_the_page()
    {
        var named = Rows().SelectMany(row => KnownTests.NamedIn(row.Cells[^1])).ToHashSet(StringComparer.Ordinal);
        var tests = KnownTests.Of(static type => type.Namespace == typeof(ReliabilityPageTests).Namespace && type != typeof(ReliabilityPageTests));

        Assert.All([.. tests, .. KnownTests.EndToEndBelow("Faults")], test => Assert.True(named.Contains(test), $"the page does not name {test}"));
    }

    private static string Page => Repository.PathOf("docs", "reliability.md");

    private static List<(string Place, string[] Cells)> Rows() => [.. MarkdownTable.RowsOf(Page, "Shown by")];

    private static string MarkOf(string cell) => Array.Find([NotYet, InPart, NotOffered], mark => cell.StartsWith(mark, StringComparison.Ordinal)) ?? "";

    [GeneratedRegex(@"\*Not (yet|offered)\*")]
    private static partial Regex Gap();

    [GeneratedRegex(@"Of (?<all>\d+) cases (?<shown>\d+) are shown whole, (?<part>\d+) in part, (?<yet>\d+) not yet; (?<never>\d+) Steward does not offer")]
    private static partial Regex Sum();
}
