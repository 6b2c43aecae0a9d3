using ModelContextProtocol;

namespace Steward.EndToEnd.Model;

/// <summary>Notes progress in the order in which it is told.</summary>
internal sealed class ProgressRecord : IProgress<ProgressNotificationValue>
{
    private readonly Lock _gate = new();
    private readonly List<double> _values = [];

    public IReadOnlyList<double> Values
    {
        get
        {
            lock (_gate)
                return [.. _values];
        }
    }

    public void Report(ProgressNotificationValue value)
    {
        lock (_gate)
            _values.Add(value.Progress);
    }
}
