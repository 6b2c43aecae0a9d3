using System.Globalization;
using Steward.Cli;
using Steward.Cli.Verbs;
using Steward.Server.Daemon;
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
    public void The_daemon_has_an_angel(bool expected, string line) =>
        Assert.Equal(expected, new Invocation(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)).IsUp);

    [Theory(Timeout = 10_000)]
    [InlineData(true, "stdio")]
    [InlineData(true, "stdio --server a --data=DATA")]
    [InlineData(true, "stdio --data:DATA --server a")]
    [InlineData(true, "--data DATA stdio --config up")]
    [InlineData(false, "up")]
    [InlineData(false, "stdio -h")]
    [InlineData(false, "connect stdio")]
    public void Who_serves_a_client_without_a_daemon_has_an_angel_as_well(bool expected, string line)
    {
        var invocation = new Invocation(line.Replace("DATA", _temporary.Data.Path, StringComparison.Ordinal).Split(' '));

        Assert.Equal(expected, IsSolo());
        _temporary.Data.Create();
        using var taken = DaemonLock.Take(_temporary.Data);
        Assert.Equal(expected, IsSolo()); // by somebody who has it for a moment
        new DaemonFacts(1, "http://127.0.0.1:1", DateTimeOffset.UnixEpoch, "1").Write(_temporary.Data);
        Assert.False(IsSolo());

        bool IsSolo() => invocation.IsSolo(name => name == "STEWARD_DATA" ? _temporary.Data.Path : null);
    }

    private static IEnumerable<Verb> Verbs => CommandLine.Create(new CliContext { Out = TextWriter.Null, Error = TextWriter.Null, In = TextReader.Null }).Subcommands.Cast<Verb>();
}
