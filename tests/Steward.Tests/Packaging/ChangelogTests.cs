using System.Text.RegularExpressions;
using System.Xml.Linq;
using Steward.Tests.Configuration;
using Xunit;

namespace Steward.Tests.Packaging;

public sealed partial class ChangelogTests
{
    private static readonly string Changelog = File.ReadAllText(Repository.PathOf("CHANGELOG.md"));

    private static string Version => XDocument.Load(Repository.PathOf("Directory.Build.props")).Descendants("Version").Single().Value;

    [Fact(Timeout = 30_000)]
    public void The_version_of_the_program_is_the_newest_of_the_changelog() =>
        Assert.Equal(Version, Releases.First(release => release.Version != "Unreleased").Version);

    [Fact(Timeout = 30_000)]
    public void The_version_of_the_program_is_that_of_the_build() =>
        Assert.Equal(Version, typeof(McpServerManager).Assembly.GetName().Version!.ToString(3));

    [Fact(Timeout = 30_000)]
    public void Releases_stand_newest_first_and_only_the_newest_has_no_date()
    {
        var releases = Releases.Where(release => release.Version != "Unreleased").ToArray();
        var versions = releases.Select(release => System.Version.Parse(release.Version)).ToArray();
        Assert.Equal(versions.OrderDescending(), versions);
        Assert.All(releases.Skip(1), release => Assert.True(DateOnly.TryParseExact(release.Date, "yyyy-MM-dd", out _), $"{release.Version} has no date"));
    }

    [Fact(Timeout = 30_000)]
    public void Changes_stand_under_the_headings_of_Keep_a_Changelog() => Assert.All(
        Headings().Matches(Changelog).Select(match => match.Groups[1].Value),
        heading => Assert.Contains(heading, (string[])["Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"]));

    private static IEnumerable<(string Version, string Date)> Releases =>
        ReleaseHeadings().Matches(Changelog).Select(match => (match.Groups[1].Value, match.Groups[2].Value));

    [GeneratedRegex(@"^## \[(.+?)\](?: - (.+))?$", RegexOptions.Multiline)]
    private static partial Regex ReleaseHeadings();

    [GeneratedRegex("^### (.+)$", RegexOptions.Multiline)]
    private static partial Regex Headings();
}
