using System.CommandLine;
using Steward.Cli.Client;
using Steward.Cli.Output;
using Steward.Supervision;

namespace Steward.Cli.Verbs;

/// <summary><c>steward start|stop|restart|check SERVER…</c>: the same request about one server or several, all at once.</summary>
internal abstract class LifecycleVerb : DaemonVerb
{
    private readonly Argument<string[]> _servers = new("SERVER") { Description = "The servers", Arity = ArgumentArity.ZeroOrMore };
    private readonly Option<bool> _all = new("--all") { Description = "All servers that are not disabled" };

    protected LifecycleVerb(CliContext context, string name, string description)
        : base(context, name, description)
    {
        Arguments.Add(NoOption(_servers));
        Options.Add(_all);
        Validators.Add(result =>
        {
            var (named, all) = (result.GetValue(_servers) is { Length: > 0 }, result.GetValue(_all));
            if (named == all)
                result.AddError(all ? "Name servers or say --all, not both." : $"Which servers? 'steward {Name} SERVER...' or 'steward {Name} --all'.");
        });
    }

    public override IReadOnlyList<(string Line, string Effect)> Examples =>
    [
        ($"steward {Name} memory", $"{Name} one server and wait until it is done"),
        ($"steward {Name} memory everything", "several, at the same time"),
        ($"steward {Name} --all", "all of them"),
    ];

    /// <summary>Whether a server is now as was asked.</summary>
    protected abstract bool IsDone(ServerStatus status);

    /// <summary>How a server is now, without a full stop.</summary>
    protected virtual string Describe(ServerStatus status) =>
        $"{status.Id} is {status.State}{(status.LastError is { } error && !IsDone(status) ? $": {SafeText.Line(error)}" : "")}";

    protected override async Task<int> RunAsync(DaemonClient daemon, ParseResult arguments, CancellationToken cancellationToken)
    {
        var ids = arguments.GetValue(_all)
            ? (await daemon.GetServersAsync(cancellationToken)).Where(server => server.State != ServerState.Disabled).Select(server => server.Id)
            : arguments.GetValue(_servers)!.Distinct();
        var outcomes = await Task.WhenAll(ids.Select(id => AskAsync(daemon, id, cancellationToken)));

        if (arguments.GetValue(Json))
            Context.Out.WriteLine($"[{string.Join(',', outcomes.Where(outcome => outcome.Raw is not null).Select(outcome => outcome.Raw))}]");
        foreach (var outcome in outcomes)
            Report(outcome, quiet: arguments.GetValue(Json));
        return outcomes.Max(outcome => (int?)outcome.ExitCode) ?? ExitCodes.Success;
    }

    private async Task<Outcome> AskAsync(DaemonClient daemon, string id, CancellationToken cancellationToken)
    {
        try
        {
            var raw = await daemon.CommandAsync(id, Name, cancellationToken);
            var status = DaemonClient.ParseServer(raw);
            return new(status, raw, null, IsDone(status) ? ExitCodes.Success : ExitCodes.Failure);
        }
        catch (CliException refused) when (refused.ExitCode != ExitCodes.NoDaemon)
        {
            return new(null, null, refused.Message, refused.ExitCode);
        }
    }

    private void Report(Outcome outcome, bool quiet)
    {
        if (outcome.Problem is not null)
            Context.Error.WriteLine($"steward: {outcome.Problem}");
        else if (outcome.Status is { } status && outcome.ExitCode != ExitCodes.Success)
            Context.Error.WriteLine($"steward: {Describe(status)}. 'steward logs {status.Id}' may tell more.");
        else if (!quiet && outcome.Status is { } done)
            Context.Out.WriteLine(Describe(done));
    }

    private sealed record Outcome(ServerStatus? Status, string? Raw, string? Problem, int ExitCode);
}
