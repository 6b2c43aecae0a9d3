using Spectre.Console;
using Steward.Supervision;

namespace Steward.Cli.Output;

/// <summary>The table of servers on a terminal.</summary>
internal static class StatusTable
{
    public static Table Create(IEnumerable<StatusRow> rows)
    {
        var table = new Table { Border = TableBorder.Rounded, BorderStyle = new Style(Color.Grey) };
        foreach (var header in StatusRow.Headers)
            table.AddColumn(new TableColumn(new Text(header)) { NoWrap = header != "last error" });
        foreach (var row in rows)
            table.AddRow(row.Cells.Select((cell, column) => new Text(cell, column == 1 ? StyleOf(row) : Style.Plain)));
        return table;
    }

    public static IAnsiConsole ConsoleOn(TextWriter output) => AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(output) });

    private static Style StyleOf(StatusRow row) => row.State switch
    {
        ServerState.Running when row.Health is ServerHealth.Degraded or ServerHealth.Unhealthy => new Style(Color.Yellow),
        ServerState.Running => new Style(Color.Green),
        ServerState.Starting or ServerState.Restarting or ServerState.Stopping => new Style(Color.Yellow),
        ServerState.Crashed or ServerState.FailedToStart => new Style(Color.Red),
        _ => new Style(Color.Grey),
    };
}
