namespace Steward.Server.Metrics;

/// <summary>What Prometheus calls the kinds of metrics.</summary>
internal enum MetricKind
{
    Counter,
    Gauge,
    Histogram,
}
