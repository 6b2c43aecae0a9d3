using Steward.Cli.Output;
using Steward.Discovery;

namespace Steward.Cli.Discover;

/// <summary>Shows what was found: one table, then what is in the way, then what can be done.</summary>
internal sealed class DiscoveryPage(CliContext context, DiscoveryContext machine, ManagedMatch managed)
{
    /// <summary>Of one source: the registry has thousands.</summary>
    private const int MostRows = 25;

    private readonly TextWriter _output = context.Out;

    /// <summary>Writes a report.</summary>
    /// <param name="report">The report.</param>
    /// <param name="all">Whether to show everything: also what is deprecated, and lists of any length.</param>
    public void Write(DiscoveryReport report, bool all)
    {
        var shown = report.Sources.ToDictionary(source => source, source => Shown(source, all));
        var servers = shown.Values.SelectMany(found => found).ToList();
        FoundTable.Write(context, [.. servers.Select(server => FoundRow.From(server, machine, managed))]);
        foreach (var server in servers.Where(server => managed.Find(server) is null))
        {
            foreach (var problem in server.Problems)
                _output.WriteLine($"! {SafeText.Line(server.Id)}: {SafeText.Line(problem)}");
        }

        foreach (var source in report.Sources)
            WriteRemarks(source, shown[source].Count, all);
        WriteEmpty(report);
        WriteNextSteps(report, servers);
    }

    private static List<DiscoveredServer> Shown(SourceReport source, bool all)
    {
        var servers = source.Servers.Where(server => all || !server.IsDeprecated);
        return [.. all ? servers : servers.Take(MostRows)];
    }

    /// <summary>What there is to say of a source beside its servers.</summary>
    private void WriteRemarks(SourceReport source, int shown, bool all)
    {
        var name = SafeText.Line(source.Source);
        if (AgeOf(source) is { } age)
            _output.WriteLine($"{name}: {age}");
        var deprecated = all ? 0 : source.Servers.Count(server => server.IsDeprecated);
        if (source.Servers.Count - deprecated > shown)
            _output.WriteLine($"{name}: {source.Servers.Count - deprecated - shown} more. Narrow it down with a word, or see all with --all");
        if (deprecated > 0)
            _output.WriteLine($"{name}: {deprecated} deprecated, shown with --all");
        foreach (var problem in source.Problems)
            _output.WriteLine($"! {SafeText.Line(problem)}");
    }

    private string? AgeOf(SourceReport source) => source.State switch
    {
        SourceState.Remembered when source.DiscoveredAt is { } at => $"as of {Ago(at)} (--refresh asks anew)",
        SourceState.Stale when source.DiscoveredAt is { } at => $"it cannot be asked now; this is as of {Ago(at)}",
        SourceState.Failed => "it cannot be asked now",
        _ => null,
    };

    private string Ago(DateTimeOffset at) => $"{Elapsed.Format(machine.Time.GetUtcNow() - at)} ago";

    private void WriteEmpty(DiscoveryReport report)
    {
        var empty = report.Sources.Where(source => source.Servers.Count == 0 && source.State != SourceState.Failed).Select(source => SafeText.Line(source.Source)).ToList();
        if (empty.Count > 0)
            _output.WriteLine($"Nothing found in {string.Join(", ", empty)}.");
    }

    private void WriteNextSteps(DiscoveryReport report, List<DiscoveredServer> shown)
    {
        var fresh = shown.Where(server => managed.Find(server) is null).ToList();
        var steps = new List<(string Command, string Effect)>();
        if (fresh.Exists(server => server.IsEntry))
            steps.Add(("steward import", "shows the servers of your clients in full, asks, and adds them"));
        if (fresh.Find(server => !server.IsEntry) is { } example)
            steps.Add(($"steward import {example.Id}{SourceOption(report, example)}", "shows this one in full, asks, and adds it; so for any other"));
        if (!report.Sources.Any(source => source.Source == "registry"))
            steps.Add(("steward discover WORD", "searches the MCP registry as well"));
        if (!report.Servers.Any())
            steps.Add(("steward add NAME -- COMMAND", "adds one of which you know the command to the running daemon"));

        var state = fresh.Count > 0 ? "Nothing was added or started." : report.Servers.Any() ? "Steward has all of these already." : "No server was found.";
        _output.WriteLine();
        _output.WriteLine(steps.Count > 0 ? $"{state} What you can do:" : state);
        foreach (var (command, effect) in steps)
            _output.WriteLine($"  {command.PadRight(steps.Max(step => step.Command.Length))}  {effect}");
    }

    /// <summary>What import needs to know where a server is not on this machine.</summary>
    private static string SourceOption(DiscoveryReport report, DiscoveredServer server) =>
        report.Sources.First(source => source.Servers.Contains(server)).Source is var source && (source == "registry" || source.Contains(':', StringComparison.Ordinal)) ? $" --source {source}" : "";
}
