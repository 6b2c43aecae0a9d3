using System.Globalization;

namespace Steward.Bench;

/// <summary>What bench/run was asked for.</summary>
internal sealed record BenchOptions
{
    internal const string Usage = """
        bench/run registry
        bench/run [--quick] library
        bench/run [--quick] [--targets NAME,...] [--rounds N] [--seconds S] [--only load|sessions|memory|leave|scale,...]

          registry    how fast a registry of 10,000 servers and 1,000,000 rows of history is; nothing else
          library     a call of the SDK's client through the manager, against one directly; nothing else
          --quick     one round of one-second windows
          --targets   direct, null-http, null-raw, steward, steward-merged, modern, modern-merged, modern-to-legacy,
                      legacy-to-modern, mcp-hub, mcp-proxy (default: all)
          --rounds    how often everything is measured; the table shows medians (default: 3)
          --seconds   length of one window (default: 3)
          --only      parts of the suite (default: all)
        """;

    internal static readonly IReadOnlyList<string> AllTargets =
        ["direct", "null-http", "null-raw", .. Steward.Bench.Targets.StewardRoute.All.Select(route => route.Name), "mcp-hub", "mcp-proxy"];

    internal static readonly IReadOnlyList<string> AllParts = ["load", "sessions", "memory", "leave", "scale"];

    internal IReadOnlyList<string> Targets { get; private init; } = AllTargets;

    internal IReadOnlyList<string> Parts { get; private init; } = AllParts;

    internal int Rounds { get; private init; } = 3;

    internal TimeSpan Window { get; private init; } = TimeSpan.FromSeconds(3);

    internal TimeSpan WarmUp => Window / 6;

    /// <summary>The program under test; bench/run says where it was built.</summary>
    internal string StewardProgram { get; private init; } = "";

    internal string PeersDirectory { get; private init; } = "";

    internal string ReportFile { get; private init; } = "";

    internal static BenchOptions? Parse(IReadOnlyList<string> args, out string problem)
    {
        var options = new BenchOptions();
        problem = Usage;
        for (var i = 0; i < args.Count; i++)
        {
            var value = i + 1 < args.Count ? args[i + 1] : "";
            var next = args[i] == "--quick"
                ? options with { Rounds = 1, Window = TimeSpan.FromSeconds(1) }
                : options.With(args[i], value);
            if (next is null)
            {
                problem = $"bench: cannot read '{args[i]} {value}'\n\n{Usage}";
                return null;
            }

            options = next;
            if (args[i] != "--quick")
                i++;
        }

        return options;
    }

    private BenchOptions? With(string name, string value) => name switch
    {
        "--targets" when Choose(value, AllTargets) is { } chosen => this with { Targets = chosen },
        "--only" when Choose(value, AllParts) is { } chosen => this with { Parts = chosen },
        "--rounds" when int.TryParse(value, CultureInfo.InvariantCulture, out var rounds) && rounds > 0 => this with { Rounds = rounds },
        "--seconds" when double.TryParse(value, CultureInfo.InvariantCulture, out var seconds) && seconds > 0 => this with { Window = TimeSpan.FromSeconds(seconds) },
        "--steward" when value.Length > 0 => this with { StewardProgram = Path.GetFullPath(value) },
        "--peers" when value.Length > 0 => this with { PeersDirectory = Path.GetFullPath(value) },
        "--report" when value.Length > 0 => this with { ReportFile = Path.GetFullPath(value) },
        _ => null,
    };

    private static List<string>? Choose(string value, IReadOnlyList<string> known)
    {
        var chosen = value.Split(',', StringSplitOptions.RemoveEmptyEntries).ToList();
        return chosen.Count > 0 && chosen.TrueForAll(known.Contains) ? chosen : null;
    }
}
