using System.Globalization;
using System.Text;

namespace Steward.Server.Metrics;

/// <summary>
/// Writes metrics in the text format of Prometheus, named as OpenTelemetry says they are to be there: dots become
/// underscores, the unit and, for counters, <c>_total</c> are appended.
/// See <see href="https://opentelemetry.io/docs/specs/otel/compatibility/prometheus_and_openmetrics/"/>.
/// </summary>
internal static class PrometheusText
{
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    public static string Write(IEnumerable<MetricFamily> families)
    {
        var text = new StringBuilder();
        foreach (var family in families)
            Write(text, family);
        return text.ToString();
    }

    /// <summary>The name under which Prometheus knows an instrument.</summary>
    public static string NameOf(string name, string? unit, MetricKind kind)
    {
        var text = new StringBuilder(Clean(name));
        if (UnitOf(unit, kind) is { } suffix && !text.ToString().EndsWith($"_{suffix}", StringComparison.Ordinal))
            text.Append('_').Append(suffix);
        if (kind == MetricKind.Counter && !text.ToString().EndsWith("_total", StringComparison.Ordinal))
            text.Append("_total");
        return text.ToString();
    }

    private static void Write(StringBuilder text, MetricFamily family)
    {
        var name = NameOf(family.Instrument.Name, family.Instrument.Unit, family.Kind);
        var begun = false;
        family.Read(series =>
        {
            if (!begun)
            {
                if (family.Instrument.Description is { Length: > 0 } help)
                    text.Append("# HELP ").Append(name).Append(' ').Append(Escape(help, quotes: false)).Append('\n');
                text.Append("# TYPE ").Append(name).Append(' ').Append(family.Kind.ToString().ToLowerInvariant()).Append('\n');
                begun = true;
            }

            if (family.Kind == MetricKind.Histogram)
                WriteHistogram(text, name, family, series);
            else
                WriteSample(text, name, series, null, series.Value);
        });
    }

    private static void WriteHistogram(StringBuilder text, string name, MetricFamily family, MetricSeries series)
    {
        var count = 0L;
        for (var i = 0; i < series.Buckets.Length; i++)
        {
            count += series.Buckets[i];
            WriteSample(text, $"{name}_bucket", series, i < family.Bounds.Length ? Number(family.Bounds[i]) : "+Inf", count);
        }

        WriteSample(text, $"{name}_sum", series, null, series.Value);
        WriteSample(text, $"{name}_count", series, null, series.Count);
    }

    private static void WriteSample(StringBuilder text, string name, MetricSeries series, string? bound, double value)
    {
        text.Append(name);
        var labels = series.Tags.Select(tag => (Name: Clean(tag.Key), Value: Convert.ToString(tag.Value, CultureInfo.InvariantCulture) ?? "")).ToList();
        if (bound is not null)
            labels.Add(("le", bound));
        if (labels.Count > 0)
            text.Append('{').AppendJoin(',', labels.Select(label => $"{label.Name}=\"{Escape(label.Value, quotes: true)}\"")).Append('}');
        text.Append(' ').Append(Number(value)).Append('\n');
    }

    private static string? UnitOf(string? unit, MetricKind kind) => unit switch
    {
        null or "" => null,
        ['{', ..] => null, // a remark, such as {call}
        "s" => "seconds",
        "ms" => "milliseconds",
        "us" => "microseconds",
        "By" => "bytes",
        "1" => kind == MetricKind.Gauge ? "ratio" : null,
        "%" => "percent",
        _ => Clean(unit),
    };

    private static string Clean(string name)
    {
        var text = new StringBuilder(name.Length);
        foreach (var c in name)
            text.Append(char.IsAsciiLetterOrDigit(c) || c == '_' ? c : '_');
        return char.IsAsciiDigit(text[0]) ? $"_{text}" : text.ToString();
    }

    private static string Escape(string text, bool quotes)
    {
        var escaped = text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
        return quotes ? escaped.Replace("\"", "\\\"", StringComparison.Ordinal) : escaped;
    }

    private static string Number(double value) => value switch
    {
        double.PositiveInfinity => "+Inf",
        double.NegativeInfinity => "-Inf",
        _ => value.ToString("R", CultureInfo.InvariantCulture),
    };
}
