using System.CommandLine;
using Steward.Cli.Client;
using Steward.Cli.Output;
using Steward.Supervision;

namespace Steward.Cli.Verbs;

/// <summary><c>steward enable|disable SERVER…</c></summary>
internal abstract class SwitchVerb : DaemonVerb
{
    private readonly Argument<string[]> _servers = new("SERVER") { Description = "The servers", Arity = ArgumentArity.OneOrMore };

    protected SwitchVerb(CliContext context, string name, string description)
        : base(context, name, description) => Arguments.Add(NoOption(_servers));

    protected override async Task<int> RunAsync(DaemonClient daemon, ParseResult arguments, CancellationToken cancellationToken)
    {
        var (exitCode, entries) = (ExitCodes.Success, new List<string>());
        foreach (var server in arguments.GetValue(_servers)!.Distinct())
        {
            try
            {
                var raw = await daemon.SwitchServerAsync(server, Name, cancellationToken);
                entries.Add(raw);
                var entry = DaemonClient.ParseDefinition(raw);
                if (!arguments.GetValue(Json))
                    Context.Out.WriteLine($"{SafeText.Line(entry.Id)} is {Name}d; it is {entry.State}{(entry is { State: ServerState.FailedToStart, LastError: { } error } ? $": {SafeText.Line(error)}" : "")}");
            }
            catch (CliException refused) when (refused.ExitCode != ExitCodes.NoDaemon)
            {
                Context.Error.WriteLine($"steward: {refused.Message}");
                exitCode = Math.Max(exitCode, refused.ExitCode);
            }
        }

        if (arguments.GetValue(Json))
            Context.Out.WriteLine($"[{string.Join(',', entries)}]");
        return exitCode;
    }
}
