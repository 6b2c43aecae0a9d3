using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using Steward.EndToEnd.Running;
using Xunit;

namespace Steward.EndToEnd;

/// <summary>
/// The pages of docs/tutorials, command for command, in a home folder of their own. What a page shows is what a shell prints; with
/// STEWARD_UPDATE_DOCS=1 the page is written anew. A file that a page shows under its name is written first.
/// </summary>
public sealed partial class TutorialTests : IAsyncDisposable
{
    private readonly UserHome _home = new();
    private readonly string _port = FreePort();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _home.DisposeAsync();

    [Theory(Timeout = 600_000)]
    [InlineData("laptop.md")]
    [InlineData("team.md")]
    public async Task A_tutorial_shows_what_a_terminal_prints(string name)
    {
        var path = Path.Combine(Repository.Root, "docs", "tutorials", name);
        var page = await File.ReadAllTextAsync(path, Cancellation);
        WriteFiles(page);
        var steps = Transcript.Of(page);
        Assert.Equal("steward down", steps[^1].Command);

        foreach (var (command, lines) in steps)
        {
            if (command.EndsWith('&'))
                await ShowsInTheBackgroundAsync(command, lines);
            else
                page = await ShowsAsync(page, command, lines);
        }

        Assert.Equal(0, await _home.Daemon!.ExitAsync(Cancellation));
        if (UserHome.IsUpdate)
            await File.WriteAllTextAsync(path, page, Cancellation);
    }

    [Fact(Timeout = 180_000)]
    public async Task The_unit_for_systemd_has_a_command_line_that_the_program_knows()
    {
        var page = await File.ReadAllTextAsync(Path.Combine(Repository.Root, "docs/tutorials/team.md"), Cancellation);
        string[] words = [.. page.Split('\n').Single(line => line.StartsWith("ExecStart=", StringComparison.Ordinal)).Split(' ').Skip(1)];

        var help = await LineProcess.RunAsync(Repository.StewardProgram, [words[0], "--help"], _home.Environment, Cancellation);

        Assert.Equal(0, help.ExitCode);
        Assert.All(words.Where(word => word.StartsWith("--", StringComparison.Ordinal)), option => Assert.Contains(option, help.Output, StringComparison.Ordinal));
    }

    /// <summary>Runs a command of the page; gives the page, with what it really prints where that is wanted.</summary>
    private async Task<string> ShowsAsync(string page, string command, IReadOnlyList<string> expected)
    {
        var result = await LineProcess.RunAsync("/bin/sh", ["-c", $"cd && {Here(command)} 2>&1"], _home.Environment, Cancellation);
        var shown = result.Output.Length == 0 ? [] : Show(result.Output);
        if (UserHome.IsUpdate)
            return page.Replace(UserHome.Block(command, expected), UserHome.Block(command, shown), StringComparison.Ordinal);
        Assert.Equal(expected.Select(Normal), shown.Select(Normal));
        return page;
    }

    /// <summary>Starts the daemon, at the port of this test, and waits until it has printed every line of the page.</summary>
    private async Task ShowsInTheBackgroundAsync(string command, IReadOnlyList<string> expected)
    {
        _home.Daemon = LineProcess.Start("/bin/sh", ["-c", $"cd && exec {Here(command)[..^1]} --listen http://127.0.0.1:{_port} 2>&1"], _home.Environment);
        foreach (var line in expected.Where(line => line != Transcript.Gap).Select(Normal))
            await _home.Daemon.Output.FirstAsync(printed => Show(printed).Select(Normal).Contains(line), Cancellation);
    }

    private string Here(string command) => command.Replace("7420", _port, StringComparison.Ordinal);

    private IReadOnlyList<string> Show(string output) => Transcript.Show(output.Replace(_port, "7420", StringComparison.Ordinal), _home.Folder);

    private static string Normal(string line) => Moment().Replace(Transcript.Normal(line), "MOMENT");

    /// <summary>The files that a page shows.</summary>
    private void WriteFiles(string page)
    {
        foreach (Match file in NamedFile().Matches(page))
            _home.Write(file.Groups[1].Value, Here(file.Groups[2].Value));
    }

    /// <summary>A port that nobody has, and that nobody gets who lets the system choose one: other tests do that all the time.</summary>
    private static string FreePort()
    {
        var chosenBySystem = int.Parse(File.ReadAllText("/proc/sys/net/ipv4/ip_local_port_range").Split('\t')[0], CultureInfo.InvariantCulture);
        while (true)
        {
            var port = Random.Shared.Next(10_000, Math.Max(chosenBySystem, 20_000));
            try
            {
                using var listener = new TcpListener(IPAddress.Loopback, port);
                listener.Start();
                return port.ToString(CultureInfo.InvariantCulture);
            }
            catch (SocketException)
            {
                // Somebody has it: another.
            }
        }
    }

    [GeneratedRegex(@"\b\d{4}-\d\d-\d\d TIME(\.\d+)?")]
    private static partial Regex Moment();

    [GeneratedRegex("`([A-Za-z.-]+)`:\n\n```[a-z]+\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex NamedFile();
}
