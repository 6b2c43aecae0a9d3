using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Steward.Bench.Reporting;
using Steward.Configuration;
using Steward.Processes;

namespace Steward.Bench.Resources;

/// <summary>What it costs to look at what servers take of the machine: two hundred of them, each a process with one below it.</summary>
internal static class ResourceBench
{
    private const int Servers = 200;
    private const int Looks = 200;

    internal static async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        var clock = new LeapingClock();
        using var monitor = new ResourceMonitor(clock);
        using var spawner = new ProcessSpawner(NullLogger.Instance) { Monitor = monitor };
        await using var log = new ServerLog("bench", new ServerLogOptions(), TimeProvider.System, NullLogger.Instance);
        var children = new List<ChildProcess>();
        try
        {
            for (var i = 0; i < Servers; i++)
            {
                var spec = new ProcessSpec($"s{i}", "sh", ["-c", "sleep 600 & cat >/dev/null"], new Dictionary<string, string>(), Environment.CurrentDirectory, new ShutdownPolicy());
                children.Add(await ChildProcess.StartAsync(spec, spawner, log, TimeProvider.System, NullLogger.Instance, cancellationToken));
            }

            await MeasureAsync(monitor, clock);
        }
        finally
        {
            await Task.WhenAll(children.Select(child => child.StopAsync(new CancellationToken(canceled: true))));
            foreach (var child in children)
                await child.DisposeAsync();
        }

        return 0;
    }

    private static async Task MeasureAsync(ResourceMonitor monitor, LeapingClock clock)
    {
        var first = Time(() => monitor.All());
        List<double> whole = [], table = [];
        var (allocated, processor) = (0L, Process.GetCurrentProcess().TotalProcessorTime);
        for (var i = 0; i < Looks; i++)
        {
            clock.Leap(ResourceMonitor.Interval);
            var before = GC.GetTotalAllocatedBytes(precise: true);
            whole.Add(Time(() => monitor.All()));
            allocated += GC.GetTotalAllocatedBytes(precise: true) - before;
        }

        processor = Process.GetCurrentProcess().TotalProcessorTime - processor;
        for (var i = 0; i < Looks; i++)
            table.Add(Time(() => ProcessSnapshot.Read()));
        var processes = ProcessSnapshot.Read().Processes.Count;
        await Console.Out.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"""
            | a look at {Servers} servers, {processes} processes on the machine | ms, median |
            |---|---|
            | the first, which asks orphans for their marker | {first:0.0} |
            | a look, with open files counted | {Median(whole):0.0} |
            | of that, the process table | {Median(table):0.0} |

            Processor time of a look: {processor.TotalMilliseconds / Looks:0.0} ms, allocated {allocated / (double)Looks / 1024:0} KiB; medians of {Looks}. {MachineFacts.Describe()}
            """));
    }

    private static double Time(Action action)
    {
        var began = Stopwatch.GetTimestamp();
        action();
        return Stopwatch.GetElapsedTime(began).TotalMilliseconds;
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);

    /// <summary>The machine's clock, which is told to be later: so that no measurement waits for the next look.</summary>
    private sealed class LeapingClock : TimeProvider
    {
        private long _ahead;

        public override long GetTimestamp() => base.GetTimestamp() + Interlocked.Read(ref _ahead);

        public void Leap(TimeSpan time) => Interlocked.Add(ref _ahead, (long)(time.TotalSeconds * TimestampFrequency));
    }
}
