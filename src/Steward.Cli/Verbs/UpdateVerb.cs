using System.CommandLine;
using System.Text.Json.Nodes;
using Steward.Cli.Client;
using Steward.Cli.Registry;

namespace Steward.Cli.Verbs;

/// <summary><c>steward update SERVER …</c></summary>
internal sealed class UpdateVerb : DaemonVerb
{
    private readonly Argument<string> _server = new("SERVER") { Description = "The server" };
    private readonly DefinitionOptions _definition = new();
    private readonly Option<string[]> _unset = new("--unset") { Description = "A key to remove, such as cwd, or env.NAME for one variable", HelpName = "KEY" };

    public UpdateVerb(CliContext context)
        : base(context, "update", "Change the definition of a registered server; what is not named stays")
    {
        Arguments.Add(NoOption(_server));
        _definition.AddTo(this);
        Options.Add(_unset);
    }

    public override IReadOnlyList<(string Line, string Effect)> Examples { get; } =
    [
        ("steward update files -- npx -y @modelcontextprotocol/server-filesystem /srv /home", "another command"),
        ("steward update db -e PASSWORD='${env:DB_PASSWORD}' --unset env.DEBUG", "one variable set, another removed"),
        ("steward update db --definition '{\"restartPolicy\": {\"maxRestartAttempts\": 3}}'", "any key that a configuration file has"),
    ];

    protected override async Task<int> RunAsync(DaemonClient daemon, ParseResult arguments, CancellationToken cancellationToken)
    {
        var patch = await _definition.ReadAsync(arguments, Context, cancellationToken);
        foreach (var path in arguments.GetValue(_unset) ?? [])
            Unset(patch, path.Split('.'));
        if (patch.Count == 0)
            throw new CliException(ExitCodes.Usage, "What is to change? Name a program after --, or say --url, --env, --tag, --definition and the like.");
        var raw = await daemon.ChangeServerAsync(arguments.GetValue(_server)!, patch.ToJsonString(), cancellationToken);
        return Outcome.Report(Context, raw, arguments.GetValue(Json), "changed");
    }

    private static void Unset(JsonObject patch, ReadOnlySpan<string> path)
    {
        if (path is [var key])
        {
            patch[key] = null;
            return;
        }

        if (patch[path[0]] is not JsonObject inner)
            patch[path[0]] = inner = [];
        Unset(inner, path[1..]);
    }
}
