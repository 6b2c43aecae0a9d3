using System.Globalization;
using Steward.Cli;
using Steward.Cli.Verbs;
using Steward.Tests.Configuration;
using Steward.Tests.Server;
using Xunit;

namespace Steward.Tests.Cli;

public sealed class HelpTests : IDisposable
{
    private readonly TemporaryData _temporary = new();

    private CliRig Cli => new(null, _temporary.Data) { WorkingDirectory = Path.GetTempPath() };

    public void Dispose() => _temporary.Dispose();

    [Fact(Timeout = 10_000)]
    public async Task The_help_lists_every_verb_and_every_exit_code()
    {
        var (exitCode, output, _) = await Cli.RunAsync("--help");

        Assert.Equal(ExitCodes.Success, exitCode);
        Assert.All(Verbs, verb => Assert.Contains($"  {verb.Name} ", output, StringComparison.Ordinal));
        Assert.All(ExitCodes.All, code => Assert.Contains(code.Meaning, output, StringComparison.Ordinal));
    }

    [Fact(Timeout = 10_000)]
    public async Task The_help_of_a_verb_teaches_by_examples_that_parse()
    {
        foreach (var verb in Verbs)
        {
            var (exitCode, output, _) = await Cli.RunAsync(verb.Name, "--help");

            Assert.Equal(ExitCodes.Success, exitCode);
            Assert.NotEmpty(verb.Examples);
            Assert.All(verb.Examples, example => Assert.Contains(example.Line, output, StringComparison.Ordinal));
            Assert.All(verb.Examples, example => Assert.Contains($"steward {verb.Name}", example.Line, StringComparison.Ordinal));
        }
    }

    [Fact(Timeout = 10_000)]
    public void The_manual_describes_every_verb_option_and_exit_code()
    {
        var manual = File.ReadAllText(Repository.PathOf("docs", "cli.md"));

        foreach (var verb in Verbs)
        {
            Assert.Contains($"## steward {verb.Name}", manual, StringComparison.Ordinal);
            Assert.All(verb.Options, option => Assert.Contains(option.Name, manual, StringComparison.Ordinal));
        }

        foreach (var (code, meaning) in ExitCodes.All)
            Assert.Contains(string.Create(CultureInfo.InvariantCulture, $"| {code} | {meaning} |"), manual, StringComparison.Ordinal);
    }

    [Fact(Timeout = 10_000)]
    public async Task The_version_is_a_number()
    {
        var (exitCode, output, _) = await Cli.RunAsync("--version");

        Assert.Equal(ExitCodes.Success, exitCode);
        Assert.True(Version.TryParse(output.Trim(), out _), output);
    }

    [Theory(Timeout = 10_000)]
    [InlineData(true, "up")]
    [InlineData(true, "--data x up --plain")]
    [InlineData(true, "--data=x up")]
    [InlineData(false, "")]
    [InlineData(false, "status up")]
    [InlineData(false, "--data up")]
    [InlineData(false, "up --help")]
    [InlineData(false, "--help up")]
    public void Only_up_has_an_angel(bool expected, string line) =>
        Assert.Equal(expected, Invocation.IsUp(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)));

    private static IEnumerable<Verb> Verbs => CommandLine.Create(new CliContext { Out = TextWriter.Null, Error = TextWriter.Null, In = TextReader.Null }).Subcommands.Cast<Verb>();
}
