using Steward.Bench.Native;
using Steward.Bench.Targets;

namespace Steward.Bench.Soak;

/// <summary>Kills the process of some server every second, now and then one below it.</summary>
internal sealed class SoakKiller(StewardDaemon daemon, SoakTally tally, int seed)
{
    private const int Kill = 9;
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly Random _random = new(seed);

    internal async Task RunAsync(CancellationToken end)
    {
        using var timer = new PeriodicTimer(Interval);
        try
        {
            while (await timer.WaitForNextTickAsync(end))
            {
                var running = (await daemon.ServersAsync(end)).Where(server => server.Pid is not null).ToList();
                if (running.Count == 0)
                    continue;
                var victim = running[_random.Next(running.Count)];
                var below = _random.Next(10) == 0 ? ProcessFacts.Descendants(victim.Pid!.Value) : [];
                if (below.Count == 0 && ProcessFacts.ParentOf(victim.Pid!.Value) is null)
                    continue; // it has just ended by itself
                Libc.Signal(below.Count > 0 ? below[0].Id : victim.Pid!.Value, Kill);
                tally.Count("kills");
            }
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            // The soak is over.
        }
    }
}
