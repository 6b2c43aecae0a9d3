using System.Globalization;

namespace Steward.Bench.Reporting;

/// <summary>What a figure of Steward should be, absolutely or beside another target of the same run.</summary>
/// <param name="Text">As the table says it.</param>
/// <param name="Beside">The target to compare with; null for an absolute goal.</param>
/// <param name="Limit">The ratio, or the figure itself.</param>
/// <param name="IsUpperLimit">True when less is better.</param>
internal sealed record Goal(string Text, string? Beside, double Limit, bool IsUpperLimit)
{
    internal static Goal AtLeast(double times, string beside) => new(
        times >= 1 ? string.Create(CultureInfo.InvariantCulture, $"≥ {times} × {beside}") : string.Create(CultureInfo.InvariantCulture, $"≥ {times:P0} of {beside}"),
        beside,
        times,
        false);

    internal static Goal AtMostOneIn(double part, string beside) =>
        new(string.Create(CultureInfo.InvariantCulture, $"≤ 1/{part} of {beside}"), beside, 1 / part, true);

    internal static Goal AtMost(double limit, string unit) =>
        new(string.Create(CultureInfo.InvariantCulture, $"≤ {limit} {unit}"), null, limit, true);

    /// <summary>Null when a side was not measured.</summary>
    internal bool? IsMet(ResultSet results, string target, Metric metric)
    {
        if (results.HasFailed(target, metric))
            return false;
        if (results.Median(target, metric) is not { } value)
            return null;
        var basis = Beside is null ? 1 : results.Median(Beside, metric);
        return basis is null ? null : IsUpperLimit ? value <= Limit * basis : value >= Limit * basis;
    }
}
