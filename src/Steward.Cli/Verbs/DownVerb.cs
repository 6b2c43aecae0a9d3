using System.CommandLine;
using Steward.Cli.Client;

namespace Steward.Cli.Verbs;

/// <summary><c>steward down</c></summary>
internal sealed class DownVerb(CliContext context) : DaemonVerb(context, "down", "Stop all servers and the daemon")
{
    public override IReadOnlyList<(string Line, string Effect)> Examples { get; } =
    [
        ("steward down", "stop the daemon and wait until it is gone"),
    ];

    protected override async Task<int> RunAsync(DaemonClient daemon, ParseResult arguments, CancellationToken cancellationToken)
    {
        await daemon.ShutDownAsync(cancellationToken);
        Context.Out.WriteLine(arguments.GetValue(Json) ? $$"""{"stopped":true,"pid":{{daemon.Facts.Pid}}}""" : $"the daemon (process {daemon.Facts.Pid}) stopped");
        return ExitCodes.Success;
    }
}
