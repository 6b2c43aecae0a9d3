namespace Steward.Tests.Testing;

/// <summary>Reads the rows of the tables of a page.</summary>
internal static class MarkdownTable
{
    /// <summary>Every row but the headings, which are those whose last column has the given title.</summary>
    public static IEnumerable<(string Place, string[] Cells)> RowsOf(string page, string lastTitle) =>
        from row in File.ReadLines(page)
            .Select((text, index) => (Place: $"{Path.GetFileName(page)}:{index + 1}", Text: text.Trim()))
            .Where(line => line.Text.StartsWith('|') && !line.Text.StartsWith("|---", StringComparison.Ordinal))
            .Select(line => (line.Place, Cells: line.Text.Trim('|').Split('|', StringSplitOptions.TrimEntries)))
        where row.Cells[^1] != lastTitle
        select row;
}
