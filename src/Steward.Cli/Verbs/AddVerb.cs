using System.CommandLine;
using System.Text.Json.Nodes;
using Steward.Cli.Client;
using Steward.Cli.Registry;

namespace Steward.Cli.Verbs;

/// <summary><c>steward add SERVER -- COMMAND…</c></summary>
internal sealed class AddVerb : DaemonVerb
{
    private readonly Argument<string> _server = new("SERVER") { Description = "The id that it gets: letters, digits, _ and -" };
    private readonly DefinitionOptions _definition = new();
    private readonly Option<bool> _test = new("--test") { Description = "Try it first: start it, ask what it offers, stop it. What fails is not added" };
    private readonly Option<bool> _disabled = new("--disabled") { Description = "Add it disabled: it is not started until it is enabled" };
    private readonly Option<bool> _noStart = new("--no-start") { Description = "Do not start it now; it starts with the daemon" };

    public AddVerb(CliContext context)
        : base(context, "add", "Add a server to the running daemon, which keeps and starts it")
    {
        Arguments.Add(NoOption(_server));
        _definition.AddTo(this);
        Options.Add(_test);
        Options.Add(_disabled);
        Options.Add(_noStart);
    }

    public override IReadOnlyList<(string Line, string Effect)> Examples { get; } =
    [
        ("steward add files -- npx -y @modelcontextprotocol/server-filesystem /srv", "a program with its arguments"),
        ("steward add github --url https://api.githubcopilot.com/mcp/ -H 'Authorization: Bearer ${env:GITHUB_TOKEN}' --test", "a remote server, tried before it is added"),
        ("steward add db --tag work -e PASSWORD='${file:/run/secrets/db}' -- uvx mcp-server-db", "with a secret that stays in its file"),
        ("steward add files --definition @files.json", "as a configuration file would have it"),
    ];

    protected override async Task<int> RunAsync(DaemonClient daemon, ParseResult arguments, CancellationToken cancellationToken)
    {
        var definition = await _definition.ReadAsync(arguments, Context, cancellationToken);
        if (definition.Count == 0)
            throw new CliException(ExitCodes.Usage, $"How is '{arguments.GetValue(_server)}' reached? Name a program after --, or an endpoint with --url.");
        if (arguments.GetValue(_disabled))
            definition["disabled"] = true;
        var raw = await daemon.AddServerAsync(
            new JsonObject
            {
                ["id"] = arguments.GetValue(_server),
                ["definition"] = definition,
                ["source"] = "cli",
                ["folder"] = Path.GetFullPath(Context.WorkingDirectory),
                ["test"] = arguments.GetValue(_test),
                ["start"] = !arguments.GetValue(_noStart),
            }.ToJsonString(),
            cancellationToken);
        return Outcome.Report(Context, raw, arguments.GetValue(Json), "added");
    }
}
