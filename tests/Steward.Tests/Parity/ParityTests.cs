using System.Reflection;
using System.Text.RegularExpressions;
using Steward.Tests.Configuration;
using Xunit;

namespace Steward.Tests.Parity;

/// <summary>Whatever docs/parity.md says is shown by a test that there is.</summary>
public sealed partial class ParityTests
{
    private const string End2End = "Steward.EndToEnd/";

    [Fact(Timeout = 30_000)]
    public void Every_row_names_tests_that_there_are()
    {
        var tests = UnitTests();
        List<string> wrong = [];
        foreach (var (line, name) in NamedTests())
        {
            var isThere = name.StartsWith(End2End, StringComparison.Ordinal) ? IsEndToEnd(name[End2End.Length..]) : tests.Contains(name);
            if (!isThere)
                wrong.Add($"line {line}: {name}");
        }

        Assert.True(wrong.Count == 0, $"docs/parity.md names tests that there are not: {string.Join("; ", wrong)}");
    }

    [Fact(Timeout = 30_000)]
    public void Every_row_says_what_Steward_does_and_what_shows_it()
    {
        var rows = Rows();
        Assert.True(rows.Count > 100, $"there are {rows.Count} rows only");
        Assert.All(rows, row =>
        {
            Assert.True(row.Cells.Length == 3, $"line {row.Line}: {row.Cells.Length} cells");
            Assert.All(row.Cells, cell => Assert.True(cell.Length > 0, $"line {row.Line}: a cell is empty"));
            Assert.True(TestName().IsMatch(row.Cells[2]), $"line {row.Line}: no test is named");
        });
    }

    /// <summary>What stands there for its own sake would be lost to whoever looks for it on the page.</summary>
    [Fact(Timeout = 30_000)]
    public void Every_test_of_this_folder_is_on_the_page()
    {
        var named = NamedTests().Select(test => test.Name).ToHashSet(StringComparer.Ordinal);
        Assert.All(
            UnitTests(type => type.Namespace == typeof(ParityTests).Namespace && type != typeof(ParityTests)),
            test => Assert.True(named.Contains(test), $"docs/parity.md does not name {test}"));
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

    private static IEnumerable<(int Line, string Name)> NamedTests() =>
        Rows().SelectMany(row => TestName().Matches(row.Cells[2]).Select(match => (row.Line, match.Groups[1].Value)));

    private static List<(int Line, string[] Cells)> Rows() =>
    [
        .. File.ReadLines(Repository.PathOf("docs", "parity.md"))
            .Select((text, index) => (Line: index + 1, Text: text.Trim()))
            .Where(line => line.Text.StartsWith('|') && !line.Text.StartsWith("|---", StringComparison.Ordinal))
            .Select(line => (line.Line, Cells: line.Text.Trim('|').Split('|', StringSplitOptions.TrimEntries)))
            .Where(row => row.Cells[^1] != "Shown by"),
    ];

    [GeneratedRegex("`((?:Steward\\.EndToEnd/)?[A-Za-z0-9]+\\.[A-Za-z0-9_]+)`")]
    private static partial Regex TestName();
}
