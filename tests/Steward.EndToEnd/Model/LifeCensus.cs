using Steward.EndToEnd.Running;

namespace Steward.EndToEnd.Model;

/// <summary>Looks again and again whether more runs of one server live at one time than may.</summary>
internal sealed class LifeCensus(ModelWorld world)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);

    public async Task RunAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            foreach (var group in world.Census.Living().GroupBy(process => LabelOf(process.Id)?.Split('#')[0]))
                Check(group.Key, [.. group]);
            await Task.Delay(Interval, TimeProvider.System, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>A run is what carries one run's mark; several of them are alive together only if each still is when both have been seen.</summary>
    private void Check(string? id, MarkedProcess[] processes)
    {
        var runs = processes.GroupBy(process => ProcessCensus.VariableOf(process.Id, "STEWARD_RUN")).Where(run => run.Key is not null).ToList();
        if (id is null || runs.Count <= Definitions.MostRunsOf(id))
            return;
        var alive = runs.Where(run => run.Any(process => world.Census.Has(process.Id) && ProcessCensus.IsAlive(process.Id))).ToList();
        if (alive.Count > Definitions.MostRunsOf(id) && world.Manager.FindStatus(id)?.IsolationReason is null)
            world.Findings.Add($"{alive.Count} runs of {id} live at one time: {string.Join("; ", alive.SelectMany(run => run).Select(process => $"{process.Id} {LabelOf(process.Id)} {process.CommandLine}"))}");
    }

    private static string? LabelOf(int pid) => ProcessCensus.VariableOf(pid, Definitions.LabelVariable);
}
