using System.Reflection;
using System.Text.RegularExpressions;
using Steward.Tests.Configuration;
using Xunit;

namespace Steward.Tests.Parity;

/// <summary>Whatever docs/parity.md and the pages below it say is shown by a test that there is.</summary>
public sealed partial class ParityTests
{
    private const string End2End = "Steward.EndToEnd/";
    private const int FeatureCells = 6;
    private const int StewardCell = 4;

    [Fact(Timeout = 30_000)]
    public void Every_row_names_tests_that_there_are()
    {
        var tests = UnitTests();
        List<string> wrong = [];
        foreach (var (place, name) in NamedTests())
        {
            var isThere = name.StartsWith(End2End, StringComparison.Ordinal) ? IsEndToEnd(name[End2End.Length..]) : tests.Contains(name);
            if (!isThere)
                wrong.Add($"{place}: {name}");
        }

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
            Assert.True(TestName().IsMatch(row.Cells[^1]), $"{row.Place}: no test is named");
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
            UnitTests(type => type.Namespace == typeof(ParityTests).Namespace && type != typeof(ParityTests)),
            test => Assert.True(named.Contains(test), $"no page names {test}"));
    }

    private static HashSet<string> UnitTests(Func<Type, bool>? which = null) =>
    [
        .. from type in typeof(ParityTests).Assembly.GetTypes()
           where type is { IsClass: true, IsAbstract: false } && (which is null || which(type))
           from method in type.GetMethods(BindingFlags.Public | BindingFlags.Instance)
           where method.IsDefined(typeof(FactAttribute), inherit: true)
           select $"{type.Name}.{method.Name}",
    ];

    /// <summary>Those run on their own, so their sources are looked at.</summary>
    private static bool IsEndToEnd(string name)
    {
        var (type, method) = (name.Split('.')[0], name.Split('.')[1]);
        return Directory.EnumerateFiles(Repository.PathOf("tests", "Steward.EndToEnd"), $"{type}.cs", SearchOption.AllDirectories)
            .Any(file => Regex.IsMatch(File.ReadAllText(file), $@"\[(Fact|Theory)[^\]]*\](\s*\[[^\]]*\])*\s*public (async )?(Task|void) {method}\("));
    }

    private static IEnumerable<(string Place, string Name)> NamedTests() =>
        Rows().SelectMany(row => TestName().Matches(row.Cells[^1]).Select(match => (row.Place, match.Groups[1].Value)));

    /// <summary>The rows of every table whose last column says what shows it.</summary>
    private static List<(string Place, string[] Cells)> Rows() =>
    [
        .. from page in Pages()
           from row in File.ReadLines(page)
               .Select((text, index) => (Place: $"{Path.GetFileName(page)}:{index + 1}", Text: text.Trim()))
               .Where(line => line.Text.StartsWith('|') && !line.Text.StartsWith("|---", StringComparison.Ordinal))
               .Select(line => (line.Place, Cells: line.Text.Trim('|').Split('|', StringSplitOptions.TrimEntries)))
           where row.Cells[^1] != "Shown by"
           select row,
    ];

    private static IEnumerable<string> Pages() => [Repository.PathOf("docs", "parity.md"), .. Directory.GetFiles(Repository.PathOf("docs", "parity"), "*.md")];

    [GeneratedRegex("`((?:Steward\\.EndToEnd/)?[A-Za-z0-9]+\\.[A-Za-z0-9_]+)`")]
    private static partial Regex TestName();

    [GeneratedRegex(@"^\W*$|^(no|not|none|never|nothing|partial|partly|in part|planned|out of reach|broken)\b", RegexOptions.IgnoreCase)]
    private static partial Regex Lacking();
}
