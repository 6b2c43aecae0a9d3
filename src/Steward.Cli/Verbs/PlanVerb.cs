using System.CommandLine;
using Steward.Cli.Client;
using Steward.Cli.Output;

namespace Steward.Cli.Verbs;

/// <summary><c>steward plan [FILE]</c></summary>
internal sealed class PlanVerb(CliContext context) : ConfigVerb(context, "plan", "Show what a configuration file would change in the running daemon")
{
    public override IReadOnlyList<(string Line, string Effect)> Examples { get; } =
    [
        ("steward plan", "what the daemon's own file would change now: nothing, unless it is not followed"),
        ("steward plan next.json", "what another file would change; nothing is done"),
        ("steward plan next.json --json | jq -r '.changed[] | select(.effect == \"Restart\") | .id'", "which servers it would restart"),
    ];

    protected override async Task<int> RunAsync(DaemonClient daemon, ParseResult arguments, CancellationToken cancellationToken)
    {
        var raw = await daemon.PlanAsync(FileOf(arguments), cancellationToken);
        Context.Out.WriteLine(arguments.GetValue(Json) ? raw : SafeText.Lines(DaemonClient.ParsePlan(raw).Text));
        return ExitCodes.Success;
    }
}
