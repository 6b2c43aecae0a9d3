using System.Globalization;
using System.Text;

namespace Steward.Bench.Reporting;

/// <summary>The one table, in Markdown.</summary>
internal static class ReportTable
{
    private static readonly IReadOnlyList<string> Stewards = ["steward", "steward-merged", "modern", "modern-merged"];

    // What the ratios compare: like with like where a peer has the same shape.
    private static readonly IReadOnlyList<(string Target, string Beside)> Ratios =
        [("steward-merged", "mcp-hub"), ("steward", "mcp-proxy"), ("steward", "null-http"), ("modern", "null-http"), ("modern-to-legacy", "steward"), ("legacy-to-modern", "steward"), ("steward", "null-raw")];

    internal static string Format(BenchOptions options, ResultSet results)
    {
        var targets = BenchOptions.AllTargets.Where(options.Targets.Contains).ToList();
        var ratios = Ratios.Where(ratio => targets.Contains(ratio.Target) && targets.Contains(ratio.Beside)).ToList();
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{MachineFacts.Describe()}\n\n");
        text.Append(CultureInfo.InvariantCulture, $"Medians of {options.Rounds} interleaved rounds, windows of {options.Window.TotalSeconds:0.#} s.\n\n");
        AppendRow(text, ["", .. targets, .. ratios.Select(ratio => $"{ratio.Target} ÷ {ratio.Beside}"), "goal", "met"]);
        AppendRow(text, [.. Enumerable.Repeat("---", targets.Count + ratios.Count + 3)]);
        foreach (var metric in Metric.All)
        {
            if (targets.Exists(target => results.Median(target, metric) is not null || results.HasFailed(target, metric)))
                AppendRow(text, Cells(metric, targets, ratios, results));
        }

        return text.ToString();
    }

    private static IEnumerable<string> Cells(Metric metric, List<string> targets, List<(string Target, string Beside)> ratios, ResultSet results) =>
    [
        metric.Title,
        .. targets.Select(target => results.HasFailed(target, metric) ? "fails" : Number(results.Median(target, metric), metric.Format)),
        .. ratios.Select(ratio => Number(results.Median(ratio.Target, metric) / results.Median(ratio.Beside, metric), "0.00")),
        string.Join(", ", metric.Goals.Select(goal => goal.Text)),
        string.Join(", ", metric.Goals.Select(goal => Verdict(goal, metric, results))),
    ];

    /// <summary>Both endpoints have to reach the goal, for clients and servers of either era.</summary>
    private static string Verdict(Goal goal, Metric metric, ResultSet results)
    {
        var verdicts = Stewards.Select(target => (Target: target, IsMet: goal.IsMet(results, target, metric))).Where(verdict => verdict.IsMet is not null).ToList();
        var missed = verdicts.Where(verdict => verdict.IsMet == false).Select(verdict => verdict.Target).ToList();
        return verdicts.Count == 0 ? "-" : missed.Count == 0 ? "yes" : $"NO ({string.Join(" and ", missed)})";
    }

    private static string Number(double? value, string format) => value is { } number && double.IsFinite(number)
        ? number.ToString(format, CultureInfo.InvariantCulture)
        : "";

    private static void AppendRow(StringBuilder text, IEnumerable<string> cells) => text.Append("| ").AppendJoin(" | ", cells).Append(" |\n");
}
