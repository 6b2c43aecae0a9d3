using System.Diagnostics.Metrics;

namespace Steward.Server.Metrics;

/// <summary>Listens to meters and keeps what they measure, so that it can be asked for.</summary>
internal sealed class MetricsCollector : IDisposable
{
    private readonly Lock _gate = new();
    private readonly List<MetricFamily> _families = [];
    private readonly Lock _collecting = new();
    private readonly MeterListener _listener;

    /// <param name="isWanted">Which meters to listen to.</param>
    public MetricsCollector(Func<Meter, bool> isWanted)
    {
        _listener = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (isWanted(instrument.Meter))
                    listener.EnableMeasurementEvents(instrument, Add(instrument));
            },
        };
        _listener.SetMeasurementEventCallback<double>(static (_, value, tags, family) => ((MetricFamily)family!).Record(value, tags));
        _listener.SetMeasurementEventCallback<float>(static (_, value, tags, family) => ((MetricFamily)family!).Record(value, tags));
        _listener.SetMeasurementEventCallback<long>(static (_, value, tags, family) => ((MetricFamily)family!).Record(value, tags));
        _listener.SetMeasurementEventCallback<int>(static (_, value, tags, family) => ((MetricFamily)family!).Record(value, tags));
        _listener.SetMeasurementEventCallback<short>(static (_, value, tags, family) => ((MetricFamily)family!).Record(value, tags));
        _listener.SetMeasurementEventCallback<byte>(static (_, value, tags, family) => ((MetricFamily)family!).Record(value, tags));
        _listener.SetMeasurementEventCallback<decimal>(static (_, value, tags, family) => ((MetricFamily)family!).Record((double)value, tags));
        _listener.Start();
    }

    /// <summary>Everything measured until now, in the text format of Prometheus.</summary>
    public string Collect()
    {
        lock (_collecting)
        {
            MetricFamily[] families;
            lock (_gate)
                families = [.. _families.OrderBy(family => family.Instrument.Name, StringComparer.Ordinal)];
            foreach (var family in families.Where(family => family.Instrument.IsObservable))
                family.Clear();
            _listener.RecordObservableInstruments();
            return PrometheusText.Write(families);
        }
    }

    public void Dispose() => _listener.Dispose();

    private MetricFamily Add(Instrument instrument)
    {
        var bounds = instrument switch
        {
            Histogram<double> { Advice.HistogramBucketBoundaries: { } advised } => advised.ToArray(),
            Histogram<long> { Advice.HistogramBucketBoundaries: { } advised } => advised.Select(bound => (double)bound).ToArray(),
            _ => null,
        };
        var family = new MetricFamily(instrument, bounds);
        lock (_gate)
            _families.Add(family);
        return family;
    }
}
