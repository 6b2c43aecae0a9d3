using Steward.Bench.Targets;

namespace Steward.Bench.Soak;

/// <summary>Looks at the daemon's process every few seconds.</summary>
internal sealed class SoakWatch(StewardDaemon daemon, TimeSpan interval)
{
    private readonly List<SoakSample> _samples = [];

    internal IReadOnlyList<SoakSample> Samples => _samples;

    internal async Task RunAsync(CancellationToken end)
    {
        using var timer = new PeriodicTimer(interval);
        try
        {
            while (await timer.WaitForNextTickAsync(end))
                _samples.Add(Look());
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            // The soak is over.
        }
    }

    /// <summary>The median of a part of the samples, from one share of the time to another.</summary>
    internal double Median(Func<SoakSample, double> figure, double from, double to)
    {
        var part = _samples[(int)(_samples.Count * from)..(int)(_samples.Count * to)].Select(figure).Order().ToList();
        return part.Count == 0 ? double.NaN : part[part.Count / 2];
    }

    private SoakSample Look() => new(
        ProcessFacts.ResidentMiB(daemon.Id),
        Directory.EnumerateFileSystemEntries($"/proc/{daemon.Id}/fd").Count(),
        Directory.EnumerateDirectories($"/proc/{daemon.Id}/task").Count(),
        ProcessFacts.Descendants(daemon.Id).Count);
}
