using System.Diagnostics.Metrics;
using Steward.Server.Metrics;
using Steward.Telemetry;
using Xunit;

namespace Steward.Tests.Server;

public sealed class MetricsTests : IDisposable
{
    private readonly Meter _meter = new("test");
    private readonly MetricsCollector _collector;

    public MetricsTests() => _collector = new MetricsCollector(meter => ReferenceEquals(meter, _meter));

    public void Dispose()
    {
        _collector.Dispose();
        _meter.Dispose();
    }

    [Fact(Timeout = 10_000)]
    public void The_text_is_what_Prometheus_reads()
    {
        var duration = _meter.CreateHistogram("mcp.server.operation.duration", "s", "How long.", advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.1, 1] });
        var restarts = _meter.CreateCounter<long>("steward.server.restarts", "{restart}", "Starts\nafter a \\ failure.");
        var active = _meter.CreateUpDownCounter<int>("steward.sessions.active", "{session}");
        _meter.CreateObservableGauge("memory.used", () => 1.5, "By");
        duration.Record(0.1, new KeyValuePair<string, object?>("mcp.method.name", "tools/call"));
        duration.Record(0.5, new KeyValuePair<string, object?>("mcp.method.name", "tools/call"));
        duration.Record(7, new KeyValuePair<string, object?>("mcp.method.name", "tools/call"));
        restarts.Add(1, new KeyValuePair<string, object?>("steward.server.id", "a\"b\\c\nd"));
        restarts.Add(2, new KeyValuePair<string, object?>("steward.server.id", "a\"b\\c\nd"));
        active.Add(3);
        active.Add(-1);

        Assert.Equal(
            """
            # HELP mcp_server_operation_duration_seconds How long.
            # TYPE mcp_server_operation_duration_seconds histogram
            mcp_server_operation_duration_seconds_bucket{mcp_method_name="tools/call",le="0.1"} 1
            mcp_server_operation_duration_seconds_bucket{mcp_method_name="tools/call",le="1"} 2
            mcp_server_operation_duration_seconds_bucket{mcp_method_name="tools/call",le="+Inf"} 3
            mcp_server_operation_duration_seconds_sum{mcp_method_name="tools/call"} 7.6
            mcp_server_operation_duration_seconds_count{mcp_method_name="tools/call"} 3
            # TYPE memory_used_bytes gauge
            memory_used_bytes 1.5
            # HELP steward_server_restarts_total Starts\nafter a \\ failure.
            # TYPE steward_server_restarts_total counter
            steward_server_restarts_total{steward_server_id="a\"b\\c\nd"} 3
            # TYPE steward_sessions_active gauge
            steward_sessions_active 2

            """,
            _collector.Collect());
    }

    [Theory(Timeout = 10_000)]
    [InlineData("a.b-c", null, "Gauge", "a_b_c")]
    [InlineData("cpu.time", "s", "Counter", "cpu_time_seconds_total")]
    [InlineData("cpu.utilization", "1", "Gauge", "cpu_utilization_ratio")]
    [InlineData("requests", "1", "Counter", "requests_total")]
    [InlineData("size.bytes", "By", "Gauge", "size_bytes")]
    [InlineData("calls", "{call}", "Gauge", "calls")]
    [InlineData("2nd", "", "Gauge", "_2nd")]
    public void A_name_has_its_unit(string name, string? unit, string kind, string expected) =>
        Assert.Equal(expected, PrometheusText.NameOf(name, unit, Enum.Parse<MetricKind>(kind)));

    [Fact(Timeout = 10_000)]
    public void An_observable_forgets_what_it_does_not_say_again()
    {
        var servers = new List<string> { "a", "b" };
        _meter.CreateObservableGauge("up", () => servers.Select(server => new Measurement<int>(1, new KeyValuePair<string, object?>("server", server))));
        Assert.Contains("up{server=\"b\"} 1", _collector.Collect(), StringComparison.Ordinal);

        servers.Remove("b");

        Assert.Equal("# TYPE up gauge\nup{server=\"a\"} 1\n", _collector.Collect());
    }

    [Fact(Timeout = 10_000)]
    public void Labels_that_never_end_do_not_fill_the_memory()
    {
        var counter = _meter.CreateCounter<long>("calls");
        for (var i = 0; i < 3 * MetricFamily.MaxSeries; i++)
            counter.Add(1, new KeyValuePair<string, object?>("name", $"name {i}"));

        var lines = _collector.Collect().Split('\n');

        Assert.Equal(MetricFamily.MaxSeries + 2, lines.Length); // TYPE, the series, and the end
        Assert.Contains($"calls_total{{otel_metric_overflow=\"true\"}} {(2 * MetricFamily.MaxSeries) + 1}", lines);
    }

    [Fact(Timeout = 10_000)]
    public void Recording_an_operation_allocates_nothing()
    {
        using var listening = new MetricsCollector(meter => meter.Name == StewardTelemetry.Name);
        for (var i = 0; i < 2_000; i++) // until it is compiled for good
            Record();

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++)
            Record();

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        static void Record()
        {
            OperationMetrics.Began("files");
            OperationMetrics.Ended("files", "tools/call", TimeSpan.FromMilliseconds(3), errorType: null);
        }
    }
}
