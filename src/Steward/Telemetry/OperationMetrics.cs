using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Steward.Telemetry;

/// <summary>Counts and times what clients ask of servers. Made for the relay path: nothing is allocated, listened to or not.</summary>
internal static class OperationMetrics
{
    private static readonly Histogram<double> Duration = StewardTelemetry.Meter.CreateHistogram(
        "mcp.server.operation.duration", "s", "How long a request of a client took, from its arrival to the answer.",
        advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = StewardTelemetry.DurationBuckets });

    private static readonly UpDownCounter<long> InFlight = StewardTelemetry.Meter.CreateUpDownCounter<long>(
        "steward.calls.in_flight", "{call}", "Requests of clients that wait for a server's answer.");

    private static readonly UpDownCounter<long> Sessions = StewardTelemetry.Meter.CreateUpDownCounter<long>(
        "steward.sessions.active", "{session}", "Clients that are connected.");

    /// <summary>A request goes to a server. Each one has its <see cref="Ended"/>.</summary>
    public static void Began(string server)
    {
        if (InFlight.Enabled)
            InFlight.Add(1, new KeyValuePair<string, object?>("steward.server.id", server));
    }

    /// <summary>A request has ended.</summary>
    /// <param name="server">The server's id.</param>
    /// <param name="method">The protocol's method, such as <c>tools/call</c>; a name that is not one of the protocol's must not come here, for every name is a series of its own.</param>
    /// <param name="elapsed">How long it took.</param>
    /// <param name="errorType">What kind of failure it was; <see langword="null"/> for none.</param>
    public static void Ended(string server, string method, TimeSpan elapsed, string? errorType)
    {
        if (InFlight.Enabled)
            InFlight.Add(-1, new KeyValuePair<string, object?>("steward.server.id", server));
        if (!Duration.Enabled)
            return;

        var tags = new TagList { { "mcp.method.name", method }, { "steward.server.id", server } };
        if (errorType is not null)
            tags.Add("error.type", errorType);
        Duration.Record(elapsed.TotalSeconds, tags);
    }

    /// <summary>A client's session began.</summary>
    public static void SessionBegan() => Sessions.Add(1);

    /// <summary>A client's session ended.</summary>
    public static void SessionEnded() => Sessions.Add(-1);
}
