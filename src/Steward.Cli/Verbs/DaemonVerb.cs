using System.CommandLine;
using Steward.Cli.Client;

namespace Steward.Cli.Verbs;

/// <summary>A verb that speaks to the running daemon.</summary>
internal abstract class DaemonVerb : Verb
{
    protected DaemonVerb(CliContext context, string name, string description)
        : base(context, name, description) => Options.Add(Json);

    protected sealed override async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        using var daemon = DaemonClient.Connect(Context, Context.FindData(arguments.GetValue(CommonOptions.Data)));
        return await RunAsync(daemon, arguments, cancellationToken);
    }

    protected abstract Task<int> RunAsync(DaemonClient daemon, ParseResult arguments, CancellationToken cancellationToken);
}
