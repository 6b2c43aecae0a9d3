using System.Diagnostics.Metrics;

namespace Steward.Server.Metrics;

/// <summary>All that one instrument has measured. Recording takes no memory once a series is there.</summary>
internal sealed class MetricFamily
{
    /// <summary>
    /// How many series an instrument may have: labels such as method names come from clients and servers, and must not fill
    /// the memory. What is beyond goes into one series, as OpenTelemetry has it.
    /// </summary>
    public const int MaxSeries = 2_000;

    private static readonly KeyValuePair<string, object?>[] OverflowTags = [new("otel.metric.overflow", "true")];
    private static readonly double[] StandardBounds = [0, 5, 10, 25, 50, 75, 100, 250, 500, 750, 1000, 2500, 5000, 7500, 10000];

    private readonly Lock _gate = new();
    private readonly Dictionary<int, List<MetricSeries>> _byHash = [];
    private readonly List<MetricSeries> _series = [];

    public MetricFamily(Instrument instrument, double[]? bounds)
    {
        Instrument = instrument;
        Kind = instrument.GetType().GetGenericTypeDefinition() is var type && (type == typeof(Counter<>) || type == typeof(ObservableCounter<>)) ? MetricKind.Counter
            : type == typeof(Histogram<>) ? MetricKind.Histogram
            : MetricKind.Gauge;
        Bounds = Kind == MetricKind.Histogram ? bounds ?? StandardBounds : [];
    }

    public Instrument Instrument { get; }

    public MetricKind Kind { get; }

    /// <summary>The upper bounds of a histogram's buckets.</summary>
    public double[] Bounds { get; }

    public void Record(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        lock (_gate)
        {
            var series = Find(tags);
            if (Kind == MetricKind.Histogram)
            {
                var bucket = Array.BinarySearch(Bounds, value);
                series.Buckets[bucket < 0 ? ~bucket : bucket]++;
                series.Count++;
                series.Value += value;
            }
            else
            {
                series.Value = Instrument.IsObservable ? value : series.Value + value;
            }
        }
    }

    /// <summary>Forgets what an observable instrument said: it says everything anew each time it is asked.</summary>
    public void Clear()
    {
        lock (_gate)
        {
            _byHash.Clear();
            _series.Clear();
        }
    }

    /// <summary>Shows all series, each as it is now.</summary>
    public void Read(Action<MetricSeries> reader)
    {
        lock (_gate)
            _series.ForEach(reader);
    }

    private MetricSeries Find(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var hash = new HashCode();
        foreach (var tag in tags)
            hash.Add(tag.Value);
        var key = hash.ToHashCode();
        if (_byHash.TryGetValue(key, out var candidates))
        {
            foreach (var candidate in candidates)
            {
                if (candidate.HasTags(tags))
                    return candidate;
            }
        }

        if (_series.Count >= MaxSeries - 1 && !tags.SequenceEqual(OverflowTags))
            return Find(OverflowTags);
        var series = new MetricSeries(tags.ToArray(), Kind == MetricKind.Histogram ? Bounds.Length + 1 : 0);
        _series.Add(series);
        (candidates ?? (_byHash[key] = [])).Add(series);
        return series;
    }
}
