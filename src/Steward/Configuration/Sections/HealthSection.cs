using Steward.Configuration.Keys;
using Steward.Configuration.Parsing;

namespace Steward.Configuration.Sections;

/// <summary>Reads <c>health</c>.</summary>
internal static class HealthSection
{
    private static readonly HealthPolicy Standard = new();

    private static readonly NumberKey<TimeSpan> Interval = Number.DurationOrNone("intervalMs", Standard.Interval, Limits.DayMs,
        "The time between two probes. 0 means no probes.");

    private static readonly NumberKey<TimeSpan> Timeout = Number.Duration("timeoutMs", Standard.Timeout, 1, Limits.DayMs,
        "How long a probe may stay without an answer before it counts as failed.");

    private static readonly NumberKey<int> FailureThreshold = Number.Count("failureThreshold", Standard.FailureThreshold, 1, 1000,
        "After so many failed probes in a row the server is restarted.");

    public static KeySet Keys { get; } = new("health", [Interval, Timeout, FailureThreshold]);

    public static HealthPolicy Read(ConfigSection section, HealthPolicy inherited) => new()
    {
        Interval = section.Read(Interval, inherited.Interval),
        Timeout = section.Read(Timeout, inherited.Timeout),
        FailureThreshold = section.Read(FailureThreshold, inherited.FailureThreshold),
    };

    public static void Visit(IKeyVisitor visitor, HealthPolicy health, HealthPolicy other)
    {
        visitor.Visit(Interval, health.Interval, other.Interval);
        visitor.Visit(Timeout, health.Timeout, other.Timeout);
        visitor.Visit(FailureThreshold, health.FailureThreshold, other.FailureThreshold);
    }
}
