using System.Diagnostics;
using Steward.Bench.Native;

namespace Steward.Bench.Load;

/// <summary>
/// Drives all links from one thread: each slot starts its next call as soon as its last one was answered (closed
/// loop). One thread, so that the generator takes one core at most and leaves the other to the gateway.
/// </summary>
internal static class LoadLoop
{
    private const int DrainSeconds = 30;

    /// <summary>Runs the load.</summary>
    /// <param name="links">The links to drive.</param>
    /// <param name="board">The calls of those links.</param>
    /// <param name="warmUp">Time before the window opens; its calls do not count.</param>
    /// <param name="window">Time that counts.</param>
    /// <param name="readCounters">Reads the counters of the target when the window opens and when it closes.</param>
    internal static LoadResult Run(IReadOnlyList<LoadLink> links, CallBoard board, TimeSpan warmUp, TimeSpan window, Func<TargetCounters> readCounters)
    {
        var descriptors = new PollDescriptor[links.Count];
        foreach (var link in links)
            link.Start();

        Turn(links, descriptors, Stopwatch.GetTimestamp() + Ticks(warmUp));
        board.Latencies.Clear();
        var before = readCounters();
        var opened = Stopwatch.GetTimestamp();
        Turn(links, descriptors, opened + Ticks(window));
        var elapsed = Stopwatch.GetElapsedTime(opened);
        var after = readCounters();
        var result = new LoadResult(board.Latencies.Count, elapsed, board.Latencies.Percentile(0.5), board.Latencies.Percentile(0.99), after - before);

        board.IsIssuing = false;
        var giveUp = Stopwatch.GetTimestamp() + Ticks(TimeSpan.FromSeconds(DrainSeconds));
        while (board.InFlight > 0)
        {
            if (Stopwatch.GetTimestamp() > giveUp)
                throw new BenchException($"{board.InFlight} calls are still unanswered {DrainSeconds} s after the window.");
            PollOnce(links, descriptors);
        }

        return result;
    }

    private static long Ticks(TimeSpan time) => (long)(time.TotalSeconds * Stopwatch.Frequency);

    private static void Turn(IReadOnlyList<LoadLink> links, PollDescriptor[] descriptors, long until)
    {
        while (Stopwatch.GetTimestamp() < until)
            PollOnce(links, descriptors);
    }

    private static void PollOnce(IReadOnlyList<LoadLink> links, PollDescriptor[] descriptors)
    {
        for (var i = 0; i < descriptors.Length; i++)
            descriptors[i] = new PollDescriptor { Descriptor = links[i].Descriptor, Events = links[i].Events };
        Libc.Poll(descriptors, 100);
        for (var i = 0; i < descriptors.Length; i++)
        {
            if (descriptors[i].Returned != 0)
                links[i].OnReady(descriptors[i].Returned);
        }
    }
}
