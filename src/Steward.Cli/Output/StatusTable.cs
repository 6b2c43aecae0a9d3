using Spectre.Console;
using Steward.Supervision;

namespace Steward.Cli.Output;

/// <summary>The table of servers on a terminal.</summary>
internal static class StatusTable
{
    private const int Frame = 3; // of each column: a line, and a blank on both sides
    private const int Wrapped = 16; // of what is long, and goes on in the next line

    // What goes first where a terminal is narrow: a table that does not fit shows nothing at all.
    private static readonly string[] Spare = ["cpu", "memory", "uptime", "restarts", "revision"];

    /// <summary>Makes the table.</summary>
    /// <param name="rows">The servers.</param>
    /// <param name="width">How wide it may be.</param>
    public static Table Create(IReadOnlyList<StatusRow> rows, int width)
    {
        var table = new Table { Border = TableBorder.Rounded, BorderStyle = new Style(Color.Grey) };
        var columns = ColumnsIn(rows, width);
        foreach (var column in columns)
            table.AddColumn(new TableColumn(new Text(StatusRow.Headers[column])) { NoWrap = !IsWrapped(column) });
        foreach (var row in rows)
            table.AddRow(columns.Select(column => new Text(row.Cells[column], column == 1 ? StyleOf(row) : Style.Plain)));
        return table;
    }

    public static IAnsiConsole ConsoleOn(TextWriter output) => AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(output) });

    private static List<int> ColumnsIn(IReadOnlyList<StatusRow> rows, int width)
    {
        var columns = Enumerable.Range(0, StatusRow.Headers.Count).ToList();
        foreach (var spare in Spare.TakeWhile(_ => columns.Sum(WidthOf) >= width))
            columns.RemoveAll(column => StatusRow.Headers[column] == spare);
        return columns;

        int WidthOf(int column)
        {
            var longest = rows.Select(row => row.Cells[column].Length).Append(StatusRow.Headers[column].Length).Max();
            return Frame + (IsWrapped(column) ? Math.Min(longest, Wrapped) : longest);
        }
    }

    private static bool IsWrapped(int column) => StatusRow.Headers[column] == "last error";

    private static Style StyleOf(StatusRow row) => row.State switch
    {
        ServerState.Running when row.Health is ServerHealth.Degraded or ServerHealth.Unhealthy => new Style(Color.Yellow),
        ServerState.Running => new Style(Color.Green),
        ServerState.Starting or ServerState.Restarting or ServerState.Stopping => new Style(Color.Yellow),
        ServerState.Crashed or ServerState.FailedToStart => new Style(Color.Red),
        _ => new Style(Color.Grey),
    };
}
