using System.Diagnostics.Metrics;

namespace Steward.Telemetry;

/// <summary>Counts the calls that wait for their clients, because a server asked something in the middle of them.</summary>
internal static class ParkingMetrics
{
    private static readonly UpDownCounter<long> Waiting = StewardTelemetry.Meter.CreateUpDownCounter<long>(
        "steward.calls.parked", "{call}", "Calls that wait for what a server asked of their client.");

    private static readonly Counter<long> Abandoned = StewardTelemetry.Meter.CreateCounter<long>(
        "steward.calls.parked.expired", "{call}", "Calls that were given up because their client did not come back in time.");

    /// <summary>A call waits. Each one has its <see cref="Unparked"/>.</summary>
    public static void Parked(string server)
    {
        if (Waiting.Enabled)
            Waiting.Add(1, new KeyValuePair<string, object?>("steward.server.id", server));
    }

    /// <summary>A call waits no more.</summary>
    public static void Unparked(string server)
    {
        if (Waiting.Enabled)
            Waiting.Add(-1, new KeyValuePair<string, object?>("steward.server.id", server));
    }

    /// <summary>Nobody came back to a call.</summary>
    public static void Expired(string server) => Abandoned.Add(1, new KeyValuePair<string, object?>("steward.server.id", server));
}
