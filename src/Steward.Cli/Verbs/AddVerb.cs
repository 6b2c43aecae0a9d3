using System.CommandLine;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Steward.Cli.Client;
using Steward.Cli.Import;
using Steward.Cli.Output;
using Steward.Cli.Registry;
using Steward.Configuration;
using Steward.Server.Api;
using Steward.Server.Daemon;

namespace Steward.Cli.Verbs;

/// <summary><c>steward add SERVER -- COMMAND…</c></summary>
internal sealed class AddVerb : DaemonVerb
{
    private const string Source = "cli";

    private readonly Argument<string> _server = new("SERVER") { Description = "The id that it gets: letters, digits, _ and -" };
    private readonly DefinitionOptions _definition = new();
    private readonly Option<bool> _test = new("--test") { Description = "Try it first: start it, ask what it offers, stop it. What fails is not added" };
    private readonly Option<bool> _disabled = new("--disabled") { Description = "Add it disabled: it is not started until it is enabled" };
    private readonly Option<bool> _noStart = new("--no-start") { Description = "Do not start it now; it starts with the daemon" };
    private JsonObject? _given;

    public AddVerb(CliContext context)
        : base(context, "add", "Add a server, which the daemon keeps and starts, now or when it runs")
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
        var definition = await ReadDefinitionAsync(arguments, cancellationToken);
        var raw = await daemon.AddServerAsync(
            new JsonObject
            {
                ["id"] = arguments.GetValue(_server),
                ["definition"] = definition,
                ["source"] = Source,
                ["folder"] = Path.GetFullPath(Context.WorkingDirectory),
                ["test"] = arguments.GetValue(_test),
                ["start"] = !arguments.GetValue(_noStart),
            }.ToJsonString(),
            cancellationToken);
        return Outcome.Report(Context, raw, arguments.GetValue(Json), "added");
    }

    protected override async Task<int?> RunAloneAsync(DataDirectory data, ParseResult arguments, CancellationToken cancellationToken)
    {
        if (arguments.GetValue(_test))
            throw new CliException(ExitCodes.NoDaemon, "It takes a running daemon to try a server. Start it with 'steward up', or leave --test out.");
        var server = Parse(arguments.GetValue(_server)!, await ReadDefinitionAsync(arguments, cancellationToken));
        await using var registry = await ServerBooks.OpenRegistryAsync(Context, data, cancellationToken);
        if (registry is null)
            return null; // a daemon has come up meanwhile: it is the one to be asked
        var entry = await registry.KeepAsync(server, Source, cancellationToken);
        var raw = JsonSerializer.Serialize(DefinitionEntry.InFull(entry), ApiJson.Default.DefinitionEntry);
        return Outcome.Report(Context, raw, arguments.GetValue(Json), added => $"{added.Id} is added to {registry.Name}; no daemon runs, "
            + (added.Enabled ? "'steward up' starts it" : $"and it is disabled: after 'steward up', 'steward enable {added.Id}' starts it"));
    }

    private ServerConfig Parse(string id, JsonObject definition)
    {
        try
        {
            return ConfigFile.ParseServer(Encoding.UTF8.GetBytes(definition.ToJsonString()), id, "the definition", Path.GetFullPath(Context.WorkingDirectory), checkReferences: false);
        }
        catch (ConfigException refused)
        {
            throw new CliException(ExitCodes.Usage, ProblemText.Of(refused), refused);
        }
    }

    /// <summary>Reads it once: standard input cannot be read again.</summary>
    private async Task<JsonObject> ReadDefinitionAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        if (_given is not null)
            return _given;
        var definition = await _definition.ReadAsync(arguments, Context, cancellationToken);
        if (definition.Count == 0)
            throw new CliException(ExitCodes.Usage, $"How is '{arguments.GetValue(_server)}' reached? Name a program after --, or an endpoint with --url.");
        if (arguments.GetValue(_disabled))
            definition["disabled"] = true;
        return _given = definition;
    }
}
