using Steward.Tests.Configuration;
using Xunit;

namespace Steward.Tests.Packaging;

/// <summary>
/// What programs can rely on stands in src/Steward/PublicApi.txt, so that a change of it is seen where it is made. One that is meant is
/// written there by a run with STEWARD_UPDATE_DOCS=1.
/// </summary>
public sealed class PublicApiTests
{
    private static readonly string ApiFile = Repository.PathOf("src", "Steward", "PublicApi.txt");

    [Fact(Timeout = 30_000)]
    public void The_public_members_of_the_library_are_those_that_are_listed()
    {
        var api = PublicApi.Of(typeof(McpServerManager).Assembly);
        if (Repository.UpdatesGeneratedFiles)
            File.WriteAllText(ApiFile, api);

        var difference = Difference(File.Exists(ApiFile) ? File.ReadAllText(ApiFile) : "", api);
        Assert.True(difference.Count == 0, $"The public members differ from PublicApi.txt; where that is meant, run this test with STEWARD_UPDATE_DOCS=1, and say it in CHANGELOG.md.\n{string.Join('\n', difference)}");
    }

    [Fact(Timeout = 30_000)]
    public void A_difference_names_what_came_and_what_went_with_its_type() => Assert.Equal(
        ["sealed class A", "  - int Old()", "  + int New()", "+ sealed class C"],
        Difference("namespace N\n\nsealed class A\n    int Old()\n\nsealed class B\n", "namespace N\n\nsealed class A\n    int New()\n\nsealed class B\n\nsealed class C\n"));

    /// <summary>Extension methods are where the caller already is; all else is where the library's name leads to.</summary>
    [Fact(Timeout = 30_000)]
    public void Public_types_stand_in_namespaces_of_the_library() =>
        Assert.All(typeof(McpServerManager).Assembly.GetExportedTypes().Where(type => type.Namespace != "Microsoft.Extensions.DependencyInjection"), type => Assert.StartsWith("Steward", type.Namespace, StringComparison.Ordinal));

    private static List<string> Difference(string listed, string actual)
    {
        var (before, after) = (Types(listed), Types(actual));
        var lines = new List<string>();
        foreach (var type in before.Keys.Union(after.Keys).Order(StringComparer.Ordinal))
        {
            if (!after.TryGetValue(type, out var now))
            {
                lines.Add($"- {type}");
                continue;
            }

            if (!before.TryGetValue(type, out var then))
            {
                lines.Add($"+ {type}");
                then = [];
            }

            string[] changes = [.. then.Except(now).Select(member => $"  - {member}"), .. now.Except(then).Select(member => $"  + {member}")];
            if (before.ContainsKey(type) && changes.Length > 0)
                lines.Add(type);
            lines.AddRange(changes);
        }

        return lines;
    }

    /// <summary>The members of each type, by its head.</summary>
    private static Dictionary<string, List<string>> Types(string api)
    {
        var types = new Dictionary<string, List<string>>(StringComparer.Ordinal);
        List<string> members = [];
        foreach (var line in api.Split('\n').Where(line => line.Length > 0 && !line.StartsWith("namespace ", StringComparison.Ordinal)))
        {
            if (line.StartsWith("    ", StringComparison.Ordinal))
                members.Add(line.Trim());
            else
                types[line] = members = [];
        }

        return types;
    }
}
