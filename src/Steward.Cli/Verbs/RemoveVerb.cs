using System.CommandLine;
using Steward.Cli.Client;
using Steward.Cli.Output;

namespace Steward.Cli.Verbs;

/// <summary><c>steward remove SERVER…</c></summary>
internal sealed class RemoveVerb : DaemonVerb
{
    private readonly Argument<string[]> _servers = new("SERVER") { Description = "The servers", Arity = ArgumentArity.OneOrMore };

    private readonly Option<bool> _registered = new("--registered") { Description = "The registered one, also where the configuration file declares another of its id, which stays" };

    public RemoveVerb(CliContext context)
        : base(context, "remove", "Stop registered servers and forget them; their history stays readable")
    {
        Arguments.Add(NoOption(_servers));
        Options.Add(_registered);
    }

    public override IReadOnlyList<(string Line, string Effect)> Examples { get; } =
    [
        ("steward remove files", "stops and forgets one server"),
        ("steward remove files github", "several, one after the other"),
        ("steward remove --registered files", "forgets what was added as 'files' and is hidden by what the configuration file declares"),
    ];

    protected override async Task<int> RunAsync(DaemonClient daemon, ParseResult arguments, CancellationToken cancellationToken)
    {
        var (exitCode, removed) = (ExitCodes.Success, new List<string>());
        foreach (var server in arguments.GetValue(_servers)!.Distinct())
        {
            try
            {
                await daemon.RemoveServerAsync(server, arguments.GetValue(_registered), cancellationToken);
                removed.Add(server);
                if (!arguments.GetValue(Json))
                    Context.Out.WriteLine($"{SafeText.Line(server)} is removed");
            }
            catch (CliException refused) when (refused.ExitCode != ExitCodes.NoDaemon)
            {
                Context.Error.WriteLine($"steward: {refused.Message}");
                exitCode = Math.Max(exitCode, refused.ExitCode);
            }
        }

        if (arguments.GetValue(Json))
            Context.Out.WriteLine(new System.Text.Json.Nodes.JsonArray([.. removed.Select(id => System.Text.Json.Nodes.JsonValue.Create(id))]).ToJsonString());
        return exitCode;
    }
}
