using Steward.Cli.Output;
using Steward.Configuration;
using Steward.Discovery;
using Steward.Discovery.Clients.Import;

namespace Steward.Cli.Import;

/// <summary>Shows people what an import would add. Secrets are masked.</summary>
internal static class ImportText
{
    private const int LongestCommand = 100;

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

    /// <summary>How a server is started or reached, without its secrets.</summary>
    public static string Describe(ServerConfig config)
    {
        var shown = SecretMask.Apply(config);
        var words = shown.Url is { } url ? [url] : shown.Args.Prepend(shown.Command ?? "").Select(Quoted);
        return SafeText.Line(string.Join(' ', words), LongestCommand);
    }

    private static void Write(TextWriter output, ImportCandidate candidate)
    {
        var server = candidate.Server;
        output.WriteLine($"  {server.Id}  ({server.Source})");
        output.WriteLine($"      {Describe(server.Config)}");
        foreach (var (name, value) in SecretMask.Apply(server.Config).Env)
            output.WriteLine($"      {SafeText.Line($"{name}={value}", LongestCommand)}");
        foreach (var (name, value) in SecretMask.Apply(server.Config).Headers)
            output.WriteLine($"      {SafeText.Line($"{name}: {value}", LongestCommand)}");
        if (server.AlsoAt.Count > 0)
            output.WriteLine($"      also in {SafeText.Line(string.Join(", ", server.AlsoAt))}");
        foreach (var note in server.Problems)
            output.WriteLine($"      ! {SafeText.Line(note)}");
        if (candidate.Missing.Count > 0)
            output.WriteLine($"      ! Added disabled: {SafeText.Line(string.Join(" and ", candidate.Missing))} {(candidate.Missing.Count == 1 ? "is" : "are")} not set here.");
        else if (candidate.Config.Disabled)
            output.WriteLine("      ! Added disabled, as it is there.");
    }

    private static string Quoted(string word) => word.Length > 0 && !word.AsSpan().ContainsAny(" \t\"'") ? word : $"'{word}'";
}
