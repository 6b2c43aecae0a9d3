using System.CommandLine;
using Steward.Cli.Client;
using Steward.Cli.Import;
using Steward.Server.Daemon;

namespace Steward.Cli.Verbs;

/// <summary>A verb that speaks to the running daemon.</summary>
internal abstract class DaemonVerb : Verb
{
    protected DaemonVerb(CliContext context, string name, string description)
        : base(context, name, description) => Options.Add(Json);

    protected sealed override async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        var data = Context.FindData(arguments.GetValue(CommonOptions.Data));
        if (!ServerBooks.IsServed(data) && await RunAloneAsync(data, arguments, cancellationToken) is { } exitCode)
            return exitCode;
        using var daemon = DaemonClient.Connect(Context, data);
        return await RunAsync(daemon, arguments, cancellationToken);
    }

    /// <summary>What can be done where no daemon runs.</summary>
    /// <returns>One of <see cref="ExitCodes"/>; <see langword="null"/> where it takes a daemon.</returns>
    protected virtual Task<int?> RunAloneAsync(DataDirectory data, ParseResult arguments, CancellationToken cancellationToken) => Task.FromResult<int?>(null);

    protected abstract Task<int> RunAsync(DaemonClient daemon, ParseResult arguments, CancellationToken cancellationToken);
}
