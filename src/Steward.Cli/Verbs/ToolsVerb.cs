using System.CommandLine;
using Spectre.Console;
using Steward.Cli.Client;
using Steward.Cli.Output;
using Steward.Server.Api;

namespace Steward.Cli.Verbs;

/// <summary><c>steward tools [SERVER]</c></summary>
internal sealed class ToolsVerb : DaemonVerb
{
    private const int LongestDescription = 100;

    private readonly Argument<string?> _server = new("SERVER") { Description = "Only the tools of this server", Arity = ArgumentArity.ZeroOrOne };

    public ToolsVerb(CliContext context)
        : base(context, "tools", "List the tools that clients see") => Arguments.Add(NoOption(_server));

    public override IReadOnlyList<(string Line, string Effect)> Examples { get; } =
    [
        ("steward tools", "the tools of all servers"),
        ("steward tools memory", "those of one server"),
        ("steward tools --json | jq '.[] | select(.name == \"echo\") | .tool.inputSchema'", "which arguments a tool takes"),
    ];

    protected override async Task<int> RunAsync(DaemonClient daemon, ParseResult arguments, CancellationToken cancellationToken)
    {
        var raw = await daemon.ReadToolsAsync(arguments.GetValue(_server), cancellationToken);
        if (arguments.GetValue(Json))
        {
            Context.Out.WriteLine(raw);
            return ExitCodes.Success;
        }

        var tools = DaemonClient.ParseTools(raw);
        if (Context.IsTerminal)
            WriteTable(tools);
        else
            TextTable.Write(Context.Out, ["server", "tool", "name at /mcp", "description"], tools.Select(Cells));
        return ExitCodes.Success;
    }

    private void WriteTable(IReadOnlyList<ToolEntry> tools)
    {
        var table = new Table { Border = TableBorder.Rounded, BorderStyle = new Style(Color.Grey) };
        foreach (var header in (string[])["server", "tool", "description"])
            table.AddColumn(new TableColumn(new Text(header)) { NoWrap = header != "description" });
        foreach (var cells in tools.Select(Cells))
            table.AddRow(new Text(cells[0]), new Text(cells[1], new Style(Color.Aqua)), new Text(cells[3]));
        StatusTable.ConsoleOn(Context.Out).Write(table);
    }

    private static IReadOnlyList<string> Cells(ToolEntry entry) =>
        [SafeText.Line(entry.Server), SafeText.Line(entry.Name), SafeText.Line(entry.ExposedName), SafeText.Line(entry.Description, LongestDescription)];
}
