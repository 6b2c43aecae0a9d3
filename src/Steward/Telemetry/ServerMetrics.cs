using System.Diagnostics.Metrics;
using Steward.Supervision;

namespace Steward.Telemetry;

/// <summary>Counts how servers fare.</summary>
internal static class ServerMetrics
{
    private static readonly Counter<long> Restarts = StewardTelemetry.Meter.CreateCounter<long>(
        "steward.server.restarts", "{restart}", "Starts after a failure.");

    private static readonly Lock Gate = new();
    private static readonly List<Func<IReadOnlyList<ServerStatus>>> Sources = [];

    static ServerMetrics()
    {
        StewardTelemetry.Meter.CreateObservableUpDownCounter(
            "steward.server.processes", CountProcesses, "{process}", "Processes of a server: the shared one, and those of sessions.");
        StewardTelemetry.Meter.CreateObservableUpDownCounter(
            "steward.servers", CountStates, "{server}", "Servers by the state that they are in.");
    }

    /// <summary>A server is started again after a failure.</summary>
    public static void Restarted(string server) => Restarts.Add(1, new KeyValuePair<string, object?>("steward.server.id", server));

    /// <summary>Takes the servers of a manager into the counts, until the returned object is disposed.</summary>
    public static IDisposable Observe(Func<IReadOnlyList<ServerStatus>> statuses)
    {
        lock (Gate)
            Sources.Add(statuses);
        return new Observation(statuses);
    }

    private static List<ServerStatus> Snapshot()
    {
        lock (Gate)
            return [.. Sources.SelectMany(source => source())];
    }

    private static IEnumerable<Measurement<long>> CountProcesses() => Snapshot().Select(status =>
        new Measurement<long>((status.Pid is null ? 0 : 1) + status.SessionProcesses, new KeyValuePair<string, object?>("steward.server.id", status.Id)));

    private static IEnumerable<Measurement<long>> CountStates()
    {
        var counts = Snapshot().CountBy(status => status.State).ToDictionary();
        return Enum.GetValues<ServerState>().Select(state =>
            new Measurement<long>(counts.GetValueOrDefault(state), new KeyValuePair<string, object?>("steward.server.state", state.ToString())));
    }

    private sealed class Observation(Func<IReadOnlyList<ServerStatus>> statuses) : IDisposable
    {
        public void Dispose()
        {
            lock (Gate)
                Sources.Remove(statuses);
        }
    }
}
