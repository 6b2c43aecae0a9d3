namespace Steward.Bench.Reporting;

/// <summary>All measured values. A failure is a result too: its reason stands in the table.</summary>
internal sealed class ResultSet
{
    private readonly Dictionary<(string Target, Metric Metric), List<double>> _values = [];
    private readonly Dictionary<(string Target, Metric Metric), string> _failures = [];

    internal bool IsEmpty => _values.Count == 0 && _failures.Count == 0;

    internal void Add(string target, Metric? metric, double? value)
    {
        if (metric is null || value is not { } number)
            return;
        if (!_values.TryGetValue((target, metric), out var list))
            _values[(target, metric)] = list = [];
        list.Add(number);
    }

    internal void Fail(string target, Metric metric, string reason)
    {
        _failures[(target, metric)] = reason;
        Progress.Say($"{target}: {metric.Title}: {reason}");
    }

    internal bool HasFailed(string target, Metric metric) => _failures.ContainsKey((target, metric));

    internal double? Median(string target, Metric metric)
    {
        if (HasFailed(target, metric) || !_values.TryGetValue((target, metric), out var list))
            return null;
        var sorted = list.Order().ToList();
        var middle = sorted.Count / 2;
        return sorted.Count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
