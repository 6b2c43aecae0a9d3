using Steward.Configuration.Keys;
using Steward.Configuration.Sections;
using Xunit;

namespace Steward.Tests.Configuration;

/// <summary>Tries the ends of every number's range through the whole parser.</summary>
public sealed class NumberTests
{
    public static TheoryData<string> Paths => [.. Numbers.Keys];

    private static readonly Dictionary<string, INumberKey> Numbers = Find(RootSection.Keys, "").ToDictionary(found => found.Path, found => found.Key);

    [Theory, MemberData(nameof(Paths))]
    public void Both_ends_of_the_range_are_allowed(string path)
    {
        Config.Parse(TextWith(path, NumberRange.Shown(Numbers[path].Range.Min)));
        Config.Parse(TextWith(path, NumberRange.Shown(Numbers[path].Range.Max)));
    }

    [Theory, MemberData(nameof(Paths))]
    public void Beyond_the_range_is_a_problem_that_says_the_range_and_the_default(string path)
    {
        var number = Numbers[path];
        foreach (var wrong in new[] { NumberRange.Shown(number.Range.Min - 1), NumberRange.Shown(number.Range.Max + 1), "1e400", "-1e400" })
        {
            var problem = Config.Problem(TextWith(path, wrong));

            Assert.Equal((path, $"is {wrong}, but must be {number.Range.Described}"), (problem.Path, problem.Message));
            Assert.EndsWith($"the default {NumberRange.Shown(number.Default)}.", problem.Mend, StringComparison.Ordinal);
        }
    }

    [Theory, MemberData(nameof(Paths))]
    public void Another_type_is_a_problem(string path)
    {
        Assert.Equal("Remove the quotes.", Config.Problem(TextWith(path, "\"1\"")).Mend);
        foreach (var wrong in new[] { "\"x\"", "true", "[]", "{}" })
            Assert.StartsWith("is ", Config.Problem(TextWith(path, wrong)).Message, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Paths))]
    public void Null_is_a_problem_where_it_does_not_mean_none(string path)
    {
        if (Numbers[path].MayBeNull)
            Config.Parse(TextWith(path, "null"));
        else
            Assert.StartsWith("is ", Config.Problem(TextWith(path, "null")).Message, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Paths))]
    public void A_fraction_is_a_problem_where_whole_numbers_are_counted(string path)
    {
        if (Numbers[path].Range.Whole)
            Assert.Contains("a whole number", Config.Problem(TextWith(path, "1.5")).Message, StringComparison.Ordinal);
        else
            Config.Parse(TextWith(path, NumberRange.Shown(Numbers[path].Range.Max - 0.5m)));
    }

    [Fact]
    public void The_numbers_are_those_that_we_know_of() => Assert.Equal(43, Numbers.Count(number => !number.Key.StartsWith("mcpServers", StringComparison.Ordinal)));

    private static IEnumerable<(string Path, INumberKey Key)> Find(KeySet keys, string prefix) => keys.Keys.SelectMany(key => key switch
    {
        INumberKey number => [(prefix + key.Name, number)],
        SectionMapKey map => Find(map.Inner, $"{prefix}{key.Name}.a."),
        { Inner: { } inner } => Find(inner, $"{prefix}{key.Name}."),
        _ => Enumerable.Empty<(string, INumberKey)>(),
    });

    /// <summary>The smallest configuration with one value at a path.</summary>
    private static string TextWith(string path, string value)
    {
        var parts = path.Split('.');
        var nested = parts.Reverse().Aggregate(value, (inner, name) => $$"""{ "{{name}}": {{inner}} }""");
        if (parts[0] != "mcpServers")
            return $"{nested[..^1]}, \"mcpServers\": {{}} }}";
        return nested.Replace("\"a\": {", "\"a\": { \"command\": \"x\", \"isolation\": \"shared\",", StringComparison.Ordinal);
    }
}
