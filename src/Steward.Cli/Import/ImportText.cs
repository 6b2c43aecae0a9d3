using Steward.Cli.Discover;
using Steward.Cli.Output;
using Steward.Discovery;
using Steward.Discovery.Clients.Import;

namespace Steward.Cli.Import;

/// <summary>Shows people what an import would add. Secrets are masked.</summary>
internal static class ImportText
{
    private const int LongestName = 60;
    private const int LongestDescription = 120;

    // Whoever says yes must have seen all that would be run; no author of a server may push the end of it out of sight.
    private const int LongestLine = 8000;

    public static void Write(TextWriter output, ImportPlan plan)
    {
        var fresh = plan.New.ToList();
        if (fresh.Count > 0)
            output.WriteLine(fresh.Count == 1 ? "One server can be added:" : $"{fresh.Count} servers can be added:");
        foreach (var candidate in fresh)
            Write(output, candidate);
        foreach (var candidate in plan.Candidates.Where(candidate => !candidate.IsNew))
            output.WriteLine($"Steward has '{SafeText.Line(candidate.Server.Name)}' of {candidate.Server.Source} already, as {candidate.ExistingId}.");
    }

    private static void Write(TextWriter output, ImportCandidate candidate)
    {
        var server = candidate.Server;
        output.WriteLine($"  {server.Id}  ({OriginOf(server)})");
        if (server.Description is { } description)
            output.WriteLine($"      {SafeText.Line(description, LongestDescription)}");
        foreach (var line in Launch(server))
            output.WriteLine($"      {SafeText.Line(line, LongestLine)}");
        if (server.AlsoAt.Count > 0)
            output.WriteLine($"      also in {SafeText.Line(string.Join(", ", server.AlsoAt))}");
        foreach (var note in Notes(candidate))
            output.WriteLine($"      ! {SafeText.Line(note)}");
    }

    private static string OriginOf(DiscoveredServer server) => server.IsEntry
        ? server.Source
        : $"{server.Source}: {SafeText.Line(server.Name, LongestName)}{(server.Version is { } version ? $" {SafeText.Line(version, LongestName)}" : "")}";

    /// <summary>How it would be started or reached, with all that goes along.</summary>
    private static IEnumerable<string> Launch(DiscoveredServer server)
    {
        var shown = SecretMask.Apply(server.Config);
        return
        [
            FoundRow.LaunchOf(shown), .. shown.Cwd is { } cwd ? new[] { $"in {cwd}" } : [],
            .. shown.Env.Select(variable => $"{variable.Key}={variable.Value}"), .. shown.Headers.Select(header => $"{header.Key}: {header.Value}"),
        ];
    }

    private static IEnumerable<string> Notes(ImportCandidate candidate)
    {
        foreach (var problem in candidate.Server.Problems)
            yield return problem;
        if (candidate.Server.IsDeprecated)
            yield return $"{candidate.Server.Source} lists it as deprecated.";
        if (candidate.Missing.Count > 0)
            yield return Disabled(candidate);
        else if (candidate.Config.Disabled)
            yield return "Added disabled, as it is there.";
    }

    private static string Disabled(ImportCandidate candidate)
    {
        var (verb, which) = candidate.Missing.Count == 1 ? ("is", "it") : ("are", "them");
        return $"Added disabled: {string.Join(" and ", candidate.Missing)} {verb} not set here. Set {which}, start Steward, and then 'steward enable {candidate.Server.Id}'.";
    }
}
