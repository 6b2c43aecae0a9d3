namespace Steward.EndToEnd.Model;

/// <summary>How the operations of one name went.</summary>
internal sealed class OperationStatistics
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, int> _failures = new(StringComparer.Ordinal);
    private TimeSpan _longest;

    public long Count { get; private set; }

    public void Add(TimeSpan duration, Exception? failure)
    {
        lock (_gate)
        {
            Count++;
            if (duration > _longest)
                _longest = duration;
            if (failure is not null)
                _failures[failure.GetType().Name] = _failures.GetValueOrDefault(failure.GetType().Name) + 1;
        }
    }

    public override string ToString()
    {
        lock (_gate)
            return $"{Count,6}, at most {_longest.TotalSeconds:0.0} s; {string.Join(", ", _failures.Select(each => $"{each.Value} {each.Key}"))}";
    }
}
