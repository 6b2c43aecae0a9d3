using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Steward.Cli.Client;
using Steward.Cli.Output;
using Steward.Processes;
using Steward.Server.Api;

namespace Steward.Cli.Verbs;

/// <summary><c>steward logs SERVER [-f] [-n N]</c></summary>
internal sealed class LogsVerb : DaemonVerb
{
    private const int StandardTail = 100;

    private readonly Argument<string> _server = new("SERVER") { Description = "The server" };
    private readonly Option<bool> _follow = new("--follow", "-f") { Description = "Wait for further lines, until Ctrl-C" };
    private readonly Option<int> _tail = new("--tail", "-n") { Description = "How many of the newest lines", HelpName = "N", DefaultValueFactory = _ => StandardTail };

    public LogsVerb(CliContext context)
        : base(context, "logs", "Show what a server wrote to its standard error, and what Steward noted about it")
    {
        Arguments.Add(NoOption(_server));
        Options.Add(_follow);
        Options.Add(_tail);
        _tail.CustomParser = result =>
        {
            var word = result.Tokens[0].Value;
            if (!int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var count))
                result.AddError($"--tail is '{word}', but must be a number of lines, from 0.");
            return count;
        };
    }

    public override IReadOnlyList<(string Line, string Effect)> Examples { get; } =
    [
        ("steward logs memory", "the newest 100 lines"),
        ("steward logs memory -f -n 0", "only what comes from now on"),
        ("steward logs memory --json | jq -r .text", "one JSON object per line"),
    ];

    protected override async Task<int> RunAsync(DaemonClient daemon, ParseResult arguments, CancellationToken cancellationToken)
    {
        var lines = daemon.ReadLogAsync(arguments.GetValue(_server)!, arguments.GetValue(_tail), arguments.GetValue(_follow), cancellationToken);
        var json = arguments.GetValue(Json);
        await foreach (var line in lines.WithCancellation(cancellationToken))
            Context.Out.WriteLine(json ? JsonSerializer.Serialize(line, ApiJson.Default.LogLine) : Format(line));
        return ExitCodes.Success;
    }

    private static string Format(LogLine line)
    {
        var source = line.Source == LogSource.Stderr ? "" : $"[{line.Source}] ";
        return $"{line.At.ToLocalTime():yyyy-MM-dd HH:mm:ss.fff} {source}{SafeText.Line(line.Text)}";
    }
}
