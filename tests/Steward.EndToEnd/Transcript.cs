using System.Text.RegularExpressions;
using Steward.EndToEnd.Running;

namespace Steward.EndToEnd;

/// <summary>What a page of the manual shows of a terminal: commands, and what each prints.</summary>
internal static partial class Transcript
{
    /// <summary>The home folder of the page.</summary>
    public const string Home = "/home/ann";

    /// <summary>In place of any number of lines.</summary>
    public const string Gap = "…";

    /// <summary>The commands of a page in their order, each with the lines behind it up to the next.</summary>
    public static IReadOnlyList<(string Command, IReadOnlyList<string> Lines)> Of(string page)
    {
        var commands = new List<(string, IReadOnlyList<string>)>();
        foreach (Match block in ConsoleBlock().Matches(page))
        {
            foreach (var part in CommandLine().Split(block.Groups[1].Value).Skip(1))
            {
                var lines = part.TrimEnd('\n').Split('\n');
                commands.Add((lines[0], lines[1..]));
            }
        }

        return commands;
    }

    /// <summary>What a program printed, in the words of the page: with its home folder, its address and its place of the program.</summary>
    public static IReadOnlyList<string> Show(string output, string home)
    {
        var text = output.Replace(home, Home, StringComparison.Ordinal).Replace(Repository.StewardProgram, "/usr/local/bin/steward", StringComparison.Ordinal);
        // The page has the line that a user ends with his answer.
        text = Port().Replace(text, "127.0.0.1:7420").Replace("[y/N] ", "[y/N] y\n", StringComparison.Ordinal);
        return text.TrimEnd('\n').Split('\n');
    }

    /// <summary>A line without what differs from run to run: numbers of processes, times, what they take of the machine, the width of columns.</summary>
    public static string Normal(string line)
    {
        line = Columns().Replace(line.TrimEnd(), "  ");
        line = Clock().Replace(Stamp().Replace(Process().Replace(line, "$1 N"), "STAMP"), "TIME");
        return Figures().Replace(Row().Replace(line, "$1  N  $2  Ns"), "N %  N MiB");
    }

    [GeneratedRegex(@"^```console\n(.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex ConsoleBlock();

    [GeneratedRegex(@"^\$ ", RegexOptions.Multiline)]
    private static partial Regex CommandLine();

    [GeneratedRegex(@"127\.0\.0\.1:\d+")]
    private static partial Regex Port();

    [GeneratedRegex(@"(?<=\S) {2,}")]
    private static partial Regex Columns();

    [GeneratedRegex(@"\b(pid|process) \d+")]
    private static partial Regex Process();

    [GeneratedRegex(@"\b\d{8}-\d{6}\b")]
    private static partial Regex Stamp();

    [GeneratedRegex(@"\b\d\d:\d\d:\d\d\b")]
    private static partial Regex Clock();

    // A row of 'steward status': the process, the revision and the tools, and for how long it has been running.
    [GeneratedRegex(@"(  Running)  \d+  (\S+  \d+)  \d+[smh]")]
    private static partial Regex Row();

    [GeneratedRegex(@"\d+(\.\d+)? %  \d+ MiB")]
    private static partial Regex Figures();
}
