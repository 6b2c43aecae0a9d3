namespace Steward.Cli.Output;

/// <summary>A table for output that is no terminal: columns aligned with spaces, no frame, no colours.</summary>
internal static class TextTable
{
    public static void Write(TextWriter output, IReadOnlyList<string> headers, IEnumerable<IReadOnlyList<string>> rows)
    {
        List<IReadOnlyList<string>> lines = [[.. headers.Select(header => header.ToUpperInvariant())], .. rows];
        var widths = Enumerable.Range(0, headers.Count).Select(column => lines.Max(line => line[column].Length)).ToArray();
        foreach (var line in lines)
            output.WriteLine(string.Join("  ", line.Select((cell, column) => cell.PadRight(widths[column]))).TrimEnd());
    }
}
