using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Steward.Telemetry;

/// <summary>
/// The one source of traces and the one meter. Names and units follow OpenTelemetry's conventions for MCP where there are
/// any (<c>mcp.…</c>), and are ours otherwise (<c>steward.…</c>).
/// </summary>
internal static class StewardTelemetry
{
    /// <summary>The name of the activity source and of the meter.</summary>
    public const string Name = "Steward";

    public static readonly ActivitySource Activities = new(Name);

    public static readonly Meter Meter = new(Name);

    /// <summary>The buckets that the conventions recommend for durations of MCP operations, in seconds.</summary>
    public static IReadOnlyList<double> DurationBuckets { get; } = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 120, 300];
}
