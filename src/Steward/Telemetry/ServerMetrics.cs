using System.Diagnostics.Metrics;
using Steward.Processes;
using Steward.Supervision;
using Steward.Upstreams;

namespace Steward.Telemetry;

/// <summary>Counts how servers fare.</summary>
internal static class ServerMetrics
{
    private static readonly Counter<long> Restarts = StewardTelemetry.Meter.CreateCounter<long>(
        "steward.server.restarts", "{restart}", "Starts after a failure.");

    private static readonly Lock Gate = new();
    private static readonly List<McpServerManager> Managers = [];

    static ServerMetrics()
    {
        StewardTelemetry.Meter.CreateObservableUpDownCounter(
            "steward.server.processes", CountProcesses, "{process}", "Processes of a server: the shared one, and those of sessions.");
        StewardTelemetry.Meter.CreateObservableUpDownCounter(
            "steward.servers", CountStates, "{server}", "Servers by the state that they are in.");
        StewardTelemetry.Meter.CreateObservableUpDownCounter(
            "steward.servers.health", CountHealth, "{server}", "Running servers by how well they do their work.");
        StewardTelemetry.Meter.CreateObservableCounter(
            "steward.server.messages", CountMessages, "{message}", "Messages sent to a server, and received of it, over its present connection.");
        StewardTelemetry.Meter.CreateObservableCounter(
            "steward.server.errors", CountErrors, "{error}", "Answers of a server that were errors, over its present connection.");
        StewardTelemetry.Meter.CreateObservableGauge<double>(
            "steward.server.cpu.utilization", () => Measure(server => server.CpuPercent / 100), "{processor}", "Processors that a server keeps busy: 1 is one of them.");
        StewardTelemetry.Meter.CreateObservableGauge<long>(
            "steward.server.memory.usage", () => Measure(server => server.MemoryBytes), "By", "Resident memory of a server's processes and all that came of them.");
        StewardTelemetry.Meter.CreateObservableGauge<long>(
            "steward.server.descendants", () => Measure(server => (long)server.Processes), "{process}", "A server's processes and all that came of them.");
        StewardTelemetry.Meter.CreateObservableGauge<long>(
            "steward.server.open_files", () => Measure(server => (long)server.OpenFiles), "{file}", "Files, sockets and pipes that they have open.");
    }

    private static IEnumerable<Measurement<T>> Measure<T>(Func<ServerResources, T> figure)
        where T : struct => Snapshot<ServerResources>(static manager => [.. manager.GetAllResources()])
        .Select(server => new Measurement<T>(figure(server), new KeyValuePair<string, object?>("steward.server.id", server.Server)));

    /// <summary>A server is started again after a failure.</summary>
    public static void Restarted(string server) => Restarts.Add(1, new KeyValuePair<string, object?>("steward.server.id", server));

    /// <summary>Takes the servers of a manager into the counts, until the returned object is disposed.</summary>
    public static IDisposable Observe(McpServerManager manager)
    {
        lock (Gate)
            Managers.Add(manager);
        return new Observation(manager);
    }

    private static List<T> Snapshot<T>(Func<McpServerManager, IReadOnlyList<T>> read)
    {
        McpServerManager[] managers;
        lock (Gate)
            managers = [.. Managers];
        return [.. managers.SelectMany(read)];
    }

    private static IEnumerable<Measurement<long>> CountMessages() => Snapshot(static manager => manager.GetAllStatistics()).SelectMany(static server => (Measurement<long>[])
    [
        Of(server, server.MessagesSent, new KeyValuePair<string, object?>("steward.message.direction", "sent")),
        Of(server, server.MessagesReceived, new KeyValuePair<string, object?>("steward.message.direction", "received")),
    ]);

    private static IEnumerable<Measurement<long>> CountErrors() => Snapshot(static manager => manager.GetAllStatistics()).Select(static server => Of(server, server.Errors));

    private static Measurement<long> Of(ConnectionStatistics server, long value, params KeyValuePair<string, object?>[] more) =>
        new(value, [new("steward.server.id", server.Server), .. more]);

    private static IEnumerable<Measurement<long>> CountProcesses() => Snapshot(static manager => manager.GetAllStatuses()).Select(status =>
        new Measurement<long>((status.Instances?.Count(static instance => instance.Pid is not null) ?? (status.Pid is null ? 0 : 1)) + status.SessionProcesses, new KeyValuePair<string, object?>("steward.server.id", status.Id)));

    private static IEnumerable<Measurement<long>> CountStates()
    {
        var counts = Snapshot(static manager => manager.GetAllStatuses()).CountBy(status => status.State).ToDictionary();
        return Enum.GetValues<ServerState>().Select(state =>
            new Measurement<long>(counts.GetValueOrDefault(state), new KeyValuePair<string, object?>("steward.server.state", state.ToString())));
    }

    private static IEnumerable<Measurement<long>> CountHealth()
    {
        var counts = Snapshot(static manager => manager.GetAllStatuses()).Where(status => status.State == ServerState.Running).CountBy(status => status.Health).ToDictionary();
        return Enum.GetValues<ServerHealth>().Select(health =>
            new Measurement<long>(counts.GetValueOrDefault(health), new KeyValuePair<string, object?>("steward.server.health", health.ToString())));
    }

    private sealed class Observation(McpServerManager manager) : IDisposable
    {
        public void Dispose()
        {
            lock (Gate)
                Managers.Remove(manager);
        }
    }
}
