using Spectre.Console;
using Steward.Cli.Output;

namespace Steward.Cli.Discover;

/// <summary>The table of servers that were found. Columns in which nothing stands are left out.</summary>
internal static class FoundTable
{
    public static void Write(CliContext context, IReadOnlyList<FoundRow> rows)
    {
        if (rows.Count == 0)
            return;
        if (context.IsTerminal)
            StatusTable.ConsoleOn(context.Out).Write(Create(rows));
        else
            WritePlain(context.Out, rows);
    }

    private static void WritePlain(TextWriter output, IReadOnlyList<FoundRow> rows)
    {
        var columns = new List<(string Header, Func<FoundRow, string> Cell)> { ("server", row => row.Server), ("found in", row => row.FoundIn), ("how it would be started", row => row.Launch) };
        if (rows.Any(row => row.Description.Length > 0))
            columns.Add(("what it is", row => row.Description));
        if (rows.Any(row => row.Managed.Length > 0))
            columns.Add(("managed", row => row.Managed));
        TextTable.Write(output, [.. columns.Select(column => column.Header)], rows.Select(row => (IReadOnlyList<string>)[.. columns.Select(column => column.Cell(row))]));
    }

    /// <summary>What a server is and how it would be started stand below each other: a terminal is seldom as wide as both.</summary>
    private static Table Create(IReadOnlyList<FoundRow> rows)
    {
        var isAnyManaged = rows.Any(row => row.Managed.Length > 0);
        var table = new Table { Border = TableBorder.Rounded, BorderStyle = new Style(Color.Grey) };
        foreach (var header in (string[])["server", "found in", "how it would be started", .. isAnyManaged ? ["managed"] : Array.Empty<string>()])
            table.AddColumn(new TableColumn(new Text(header)) { NoWrap = header == "server" });
        foreach (var row in rows)
        {
            var launch = row.Description.Length == 0 ? (Spectre.Console.Rendering.IRenderable)new Text(row.Launch) : new Rows(new Text(row.Launch), new Text(row.Description, new Style(Color.Grey)));
            Spectre.Console.Rendering.IRenderable[] cells = [new Text(row.Server, new Style(decoration: Decoration.Bold)), new Text(row.FoundIn), launch];
            table.AddRow(isAnyManaged ? [.. cells, new Text(row.Managed, new Style(Color.Green))] : cells);
        }

        return table;
    }
}
