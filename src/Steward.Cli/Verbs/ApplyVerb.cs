using System.CommandLine;
using Steward.Cli.Client;
using Steward.Cli.Output;
using Steward.Supervision;

namespace Steward.Cli.Verbs;

/// <summary><c>steward apply [FILE]</c></summary>
internal sealed class ApplyVerb(CliContext context) : ConfigVerb(context, "apply", "Make the running daemon what a configuration file says, and wait until it is")
{
    public override IReadOnlyList<(string Line, string Effect)> Examples { get; } =
    [
        ("steward apply", "the daemon's own file, as it is now"),
        ("steward apply next.json", "another file; what it leaves alone runs on"),
    ];

    protected override async Task<int> RunAsync(DaemonClient daemon, ParseResult arguments, CancellationToken cancellationToken)
    {
        var raw = await daemon.ApplyAsync(FileOf(arguments), cancellationToken);
        var applied = DaemonClient.ParseApplied(raw);
        if (arguments.GetValue(Json))
            Context.Out.WriteLine(raw);
        else
            Context.Out.WriteLine(SafeText.Lines(applied.Plan.Text));
        foreach (var outcome in applied.Servers)
            Write(outcome, arguments.GetValue(Json));
        return applied.Servers.Any(outcome => outcome.Error is not null) ? ExitCodes.Failure : ExitCodes.Success;
    }

    private void Write(ServerOutcome outcome, bool json)
    {
        if (outcome.Warning is { } warning)
            Context.Error.WriteLine($"steward: {outcome.Id}: {SafeText.Line(warning)}");
        if (outcome.Error is { } error)
            Context.Error.WriteLine($"steward: {outcome.Id} is not as the file wants it: {SafeText.Line(error)}");
        else if (!json)
            Context.Out.WriteLine(outcome.Status is { } status ? $"{outcome.Id} is {status.State}" : $"{outcome.Id} is gone");
    }
}
