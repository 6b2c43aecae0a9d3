using System.CommandLine;
using Spectre.Console;
using Steward.Cli.Client;
using Steward.Cli.Output;
using Steward.Cli.Registry;

namespace Steward.Cli.Verbs;

/// <summary><c>steward list [TEXT]</c></summary>
internal sealed class ListVerb : DaemonVerb
{
    private readonly Argument<string?> _text = new("TEXT") { Description = "Only servers in whose id, name or tags this occurs", Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<string?> _transport = new("--transport") { Description = "Only servers of this transport: stdio, http, sse, websocket or auto", HelpName = "NAME" };
    private readonly Option<bool> _enabled = new("--enabled") { Description = "Only servers that are enabled" };
    private readonly Option<bool> _disabled = new("--disabled") { Description = "Only servers that are disabled" };
    private readonly Option<string?> _tag = new("--tag") { Description = "Only servers with this tag", HelpName = "WORD" };
    private readonly Option<string?> _state = new("--state") { Description = "Only servers in this state, such as running", HelpName = "NAME" };
    private readonly Option<string?> _source = new("--source") { Description = "Only servers from this source; file stands for the configuration file", HelpName = "NAME" };

    public ListVerb(CliContext context)
        : base(context, "list", "List the servers, declared and registered, by where they came from")
    {
        Arguments.Add(NoOption(_text));
        foreach (var option in (Option[])[_transport, _enabled, _disabled, _tag, _state, _source])
            Options.Add(option);
        Validators.Add(result =>
        {
            if (result.GetValue(_enabled) && result.GetValue(_disabled))
                result.AddError("Say --enabled or --disabled, not both.");
        });
    }

    public override IReadOnlyList<(string Line, string Effect)> Examples { get; } =
    [
        ("steward list", "all servers"),
        ("steward list --tag work --state running", "those that fit"),
        ("steward list git --transport http", "remote servers with 'git' in their id, name or tags"),
        ("steward list --json | jq -r '.servers[] | select(.declared | not) | .id'", "the ids of those that were added at run time"),
    ];

    protected override async Task<int> RunAsync(DaemonClient daemon, ParseResult arguments, CancellationToken cancellationToken)
    {
        var raw = await daemon.ReadDefinitionsAsync(QueryOf(arguments), cancellationToken);
        if (arguments.GetValue(Json))
        {
            Context.Out.WriteLine(raw);
            return ExitCodes.Success;
        }

        var list = DaemonClient.ParseDefinitions(raw);
        if (Context.IsTerminal)
            WriteTable(list.Servers.Select(DefinitionText.Cells));
        else
            TextTable.Write(Context.Out, DefinitionText.Headers, list.Servers.Select(DefinitionText.Cells));
        foreach (var unreadable in list.Unreadable)
            Context.Error.WriteLine($"steward: {SafeText.Line(unreadable.Id)} cannot be used: {SafeText.Line(unreadable.Problem)}");
        return ExitCodes.Success;
    }

    private (string Key, string? Value)[] QueryOf(ParseResult arguments) =>
    [
        ("transport", arguments.GetValue(_transport)), ("tag", arguments.GetValue(_tag)), ("state", arguments.GetValue(_state)),
        ("source", arguments.GetValue(_source)), ("text", arguments.GetValue(_text)),
        ("enabled", arguments.GetValue(_enabled) ? "true" : arguments.GetValue(_disabled) ? "false" : null),
    ];

    private void WriteTable(IEnumerable<IReadOnlyList<string>> rows)
    {
        var table = new Table { Border = TableBorder.Rounded, BorderStyle = new Style(Color.Grey) };
        foreach (var header in DefinitionText.Headers)
            table.AddColumn(new TableColumn(new Text(header)) { NoWrap = header is "server" or "state" });
        foreach (var cells in rows)
            table.AddRow(cells.Select(cell => new Text(cell)));
        StatusTable.ConsoleOn(Context.Out).Write(table);
    }
}
