using System.Diagnostics;
using System.Globalization;
using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;
using Steward.Bench.Reporting;
using Steward.Configuration;

namespace Steward.Bench.Library;

/// <summary>
/// What a call costs a program that embeds Steward: the SDK's client over its own stdio transport against the manager's client, each with a
/// server process of its own, in one process and in turns.
/// </summary>
internal sealed class LibraryBench(int rounds, int sequentialCalls, int concurrentCalls)
{
    private const int Concurrency = 32;

    private static readonly Dictionary<string, object?> Arguments = new() { ["text"] = "0123456789abcdef" };

    /// <summary>Measures and prints the table.</summary>
    internal static async Task<int> RunAsync(bool isQuick, CancellationToken cancellationToken)
    {
        await (isQuick ? new LibraryBench(3, 2_000, 20_000) : new LibraryBench(9, 5_000, 60_000)).MeasureAsync(cancellationToken);
        return 0;
    }

    private async Task MeasureAsync(CancellationToken cancellationToken)
    {
        var program = Environment.ProcessPath!;
        var transport = new StdioClientTransport(new StdioClientTransportOptions { Name = "echo", Command = program, Arguments = ["echo-server"] });
        await using var direct = await McpClient.CreateAsync(transport, cancellationToken: cancellationToken);
        await using var manager = new McpServerManager([new ServerConfig { Id = "echo", Command = program, Args = ["echo-server"] }]);
        await manager.StartServerAsync("echo", cancellationToken);
        ClientFigures[] clients = [new("SDK, direct", direct), new("through the manager", await manager.GetClientAsync("echo", cancellationToken))];

        foreach (var client in clients)
            await RunConcurrentAsync(client.Client, concurrentCalls / 2, cancellationToken); // everything compiled, in its last form
        for (var round = 0; round < rounds; round++)
        {
            foreach (var client in round % 2 == 0 ? clients : clients.Reverse())
                await MeasureAsync(client, cancellationToken);
        }

        await PrintAsync(clients);
    }

    private async Task MeasureAsync(ClientFigures client, CancellationToken cancellationToken)
    {
        var latencies = new double[sequentialCalls];
        for (var i = 0; i < sequentialCalls; i++)
        {
            var began = Stopwatch.GetTimestamp();
            await CallAsync(client.Client, cancellationToken);
            latencies[i] = Stopwatch.GetElapsedTime(began).TotalMicroseconds;
        }

        client.Latencies.Add(Median(latencies));
        var allocated = GC.GetTotalAllocatedBytes(precise: true);
        var watch = Stopwatch.StartNew();
        await RunConcurrentAsync(client.Client, concurrentCalls, cancellationToken);
        client.Rates.Add(concurrentCalls / watch.Elapsed.TotalSeconds);
        client.Allocations.Add((GC.GetTotalAllocatedBytes(precise: true) - allocated) / (double)concurrentCalls);
    }

    private static async Task RunConcurrentAsync(McpClient client, int calls, CancellationToken cancellationToken)
    {
        var left = calls;
        await Task.WhenAll(Enumerable.Range(0, Concurrency).Select(_ => Task.Run(async () =>
        {
            while (Interlocked.Decrement(ref left) >= 0)
                await CallAsync(client, cancellationToken);
        }, cancellationToken)));
    }

    private static async Task CallAsync(McpClient client, CancellationToken cancellationToken)
    {
        var result = await client.CallToolAsync("echo", Arguments, cancellationToken: cancellationToken);
        if (result.Content is not [TextContentBlock { Text: "0123456789abcdef" }])
            throw new BenchException("The server did not answer with what it was given.");
    }

    private async Task PrintAsync(ClientFigures[] clients)
    {
        var (direct, managed) = (clients[0], clients[1]);
        var load = (await File.ReadAllTextAsync("/proc/loadavg")).TrimEnd();
        await Console.Out.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"""
            | McpClient, stdio | p50 µs, one call at a time | calls/s, {Concurrency} at a time | bytes allocated per call |
            |---|---|---|---|
            | {direct.Name} | {Median(direct.Latencies):0.0} | {Median(direct.Rates):#,0} | {Median(direct.Allocations):#,0} |
            | {managed.Name} | {Median(managed.Latencies):0.0} | {Median(managed.Rates):#,0} | {Median(managed.Allocations):#,0} |
            | cost, goal at most 1.2 × | {Median(managed.Latencies) / Median(direct.Latencies):0.00} × | {Median(direct.Rates) / Median(managed.Rates):0.00} × | {Median(managed.Allocations) / Median(direct.Allocations):0.00} × |

            Medians of {rounds} rounds of {sequentialCalls:#,0} and {concurrentCalls:#,0} calls. {MachineFacts.Describe()}; load average {load}
            """));
    }

    private static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted[sorted.Length / 2];
    }

    private sealed record ClientFigures(string Name, McpClient Client)
    {
        public List<double> Latencies { get; } = [];

        public List<double> Rates { get; } = [];

        public List<double> Allocations { get; } = [];
    }
}
