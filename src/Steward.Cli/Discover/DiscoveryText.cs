using Steward.Cli.Output;
using Steward.Configuration;
using Steward.Discovery;

namespace Steward.Cli.Discover;

/// <summary>Shows what was found: a table for each source, then what went wrong, then what can be done.</summary>
internal sealed class DiscoveryText(TextWriter output, DiscoveryContext machine, ManagedMatch managed)
{
    private const int LongestName = 34;
    private const int LongestDescription = 60;
    private const int LongestCommand = 90;
    private const int MostRows = 25;

    /// <summary>Writes a report.</summary>
    /// <param name="report">The report.</param>
    /// <param name="all">Whether to show everything: also what is deprecated, and lists of any length.</param>
    public void Write(DiscoveryReport report, bool all)
    {
        foreach (var source in report.Sources)
            Write(source, all);
        WriteNextStep(report);
    }

    /// <summary>How a server would be started or reached, on one line and without secrets.</summary>
    public static string Launch(ServerConfig config) => Line(SecretMask.Apply(config));

    /// <summary>The same with everything in it: to compare, never to show.</summary>
    public static string Line(ServerConfig shown) => shown.Transport == ServerTransport.Stdio
        ? string.Join(' ', shown.Args.Prepend(shown.Command ?? "").Select(Word))
        : $"{shown.Url}{string.Concat(shown.Headers.Select(header => $" {header.Key}: {header.Value}"))}";

    private void Write(SourceReport source, bool all)
    {
        var servers = source.Servers.Where(server => all || !server.IsDeprecated).ToList();
        output.WriteLine($"{SafeText.Line(source.Source)} ({SafeText.Line(source.Description)}): {Count(servers.Count)}{Age(source)}");
        var shown = all ? servers : servers.Take(MostRows).ToList();
        if (shown.Count > 0)
            TextTable.Write(output, ["  id", "what it is", "how it would be started", "managed"], shown.Select(Cells));
        if (servers.Count > shown.Count)
            output.WriteLine($"  … and {servers.Count - shown.Count} more: narrow it down with a word, or see all with --all");
        if (source.Servers.Count > servers.Count)
            output.WriteLine($"  {source.Servers.Count - servers.Count} deprecated, shown with --all");
        foreach (var server in shown)
        {
            foreach (var problem in server.Problems)
                output.WriteLine($"  ! {SafeText.Line(server.Id)}: {SafeText.Line(problem)}");
        }

        foreach (var problem in source.Problems)
            output.WriteLine($"  ! {SafeText.Line(problem)}");
        output.WriteLine();
    }

    private IReadOnlyList<string> Cells(DiscoveredServer server) =>
    [
        $"  {SafeText.Line(server.Id, LongestName)}",
        SafeText.Line(server.Description is { } description ? $"{server.Name}: {description}" : server.Name, LongestDescription),
        SafeText.Line(Launch(server.Config).Replace(machine.Home + "/", "~/", StringComparison.Ordinal), LongestCommand),
        managed.Find(server) is { } id ? $"as {id}" : "no",
    ];

    private string Age(SourceReport source) => source.State switch
    {
        SourceState.Remembered when source.DiscoveredAt is { } at => $", as of {Elapsed.Format(machine.Time.GetUtcNow() - at)} ago (--refresh asks anew)",
        SourceState.Stale when source.DiscoveredAt is { } at => $", as of {Elapsed.Format(machine.Time.GetUtcNow() - at)} ago: it cannot be asked now",
        SourceState.Failed => ": it cannot be asked now",
        _ => "",
    };

    private void WriteNextStep(DiscoveryReport report)
    {
        var fresh = report.Servers.Where(server => managed.Find(server) is null).ToList();
        if (fresh.Count == 0)
        {
            output.WriteLine(report.Servers.Any()
                ? "Everything that was found is managed already."
                : "Nothing was found. 'steward discover WORD' searches the MCP registry, too.");
            return;
        }

        output.WriteLine("Nothing was added or started.");
        if (report.Sources.Any(source => source.Source == "clients" && source.Servers.Count > 0))
            output.WriteLine("What clients are configured with: 'steward import' shows it and asks before it adds.");
        if (fresh.Where(server => server.Source != "clients").Select(AddCommand.Of).FirstOrDefault(command => command is not null) is { } example)
            output.WriteLine($"A single server: {SafeText.Line(example)}");
        if (!report.Sources.Any(source => source.Source == "registry"))
            output.WriteLine("'steward discover WORD' searches the MCP registry, too.");
    }

    private static string Count(int servers) => servers switch
    {
        0 => "nothing",
        1 => "1 server",
        _ => $"{servers} servers",
    };

    private static string Word(string text) => text.Length == 0 || text.Any(char.IsWhiteSpace) ? $"'{text}'" : text;
}
