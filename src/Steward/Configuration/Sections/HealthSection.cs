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

    private static readonly SectionKey<HealthCall> Call = new("call", HealthCallSection.Keys, HealthCallSection.Read,
        "A call of one of the server's tools, made with each probe: that it fails counts as that the probe does. Without it probes ask for a sign of life only.")
    {
        Members = HealthCallSection.Visit,
    };

    private static readonly NumberKey<TimeSpan> Latency = Number.DurationOrNone("latencyMs", Standard.Latency, Limits.DayMs,
        "How long calls and probes should take at most: where a fifth of those within five minutes took longer the server is degraded. 0 means that nobody minds.");

    private static readonly NumberKey<double> ErrorRate = Number.Fraction("errorRate", Standard.ErrorRate, 0, 1,
        "The part of the clients' calls within five minutes, of ten at least, that has to fail for the server to be degraded. 0 means that nobody minds.");

    public static KeySet Keys { get; } = new("health", [Interval, Timeout, FailureThreshold, Call, Latency, ErrorRate]);

    public static HealthPolicy Read(ConfigSection section, HealthPolicy inherited) => new()
    {
        Interval = section.Read(Interval, inherited.Interval),
        Timeout = section.Read(Timeout, inherited.Timeout),
        FailureThreshold = section.Read(FailureThreshold, inherited.FailureThreshold),
        Call = section.Read(Call, inherited.Call!),
        Latency = section.Read(Latency, inherited.Latency),
        ErrorRate = section.Read(ErrorRate, inherited.ErrorRate),
    };

    public static void Visit(IKeyVisitor visitor, HealthPolicy health, HealthPolicy other)
    {
        visitor.Visit(Interval, health.Interval, other.Interval);
        visitor.Visit(Timeout, health.Timeout, other.Timeout);
        visitor.Visit(FailureThreshold, health.FailureThreshold, other.FailureThreshold);
        visitor.Visit(Call, health.Call!, other.Call!);
        visitor.Visit(Latency, health.Latency, other.Latency);
        visitor.Visit(ErrorRate, health.ErrorRate, other.ErrorRate);
    }
}
