using Microsoft.Extensions.Logging;

namespace Steward.Processes;

/// <summary>
/// Ends what a run left behind: members of its session, descendants seen before, and whatever carries its marker. Sweeps
/// asked for at the same time share one look at the process table, so that stopping many servers stays cheap.
/// </summary>
internal sealed class ProcessSweeper(ILogger logger)
{
    // A process that survives SIGKILL for two seconds hangs in the kernel, and no waiting helps.
    private const int MostRounds = 100;
    private static readonly TimeSpan Round = TimeSpan.FromMilliseconds(20);

    // A process in the middle of an exec shows no environment for a moment, and so no marker.
    private const int MostLooksAtUnclear = 4;
    private static readonly TimeSpan Exec = TimeSpan.FromMilliseconds(5);

    private readonly Lock _gate = new();
    private List<SweepRequest> _waiting = [];
    private Task _running = Task.CompletedTask;
    private Task? _next;

    /// <summary>Returns when nothing of the run lives any more. Bounded to about two seconds; survivors are logged.</summary>
    public Task SweepAsync(SweepRequest request)
    {
        if (!OperatingSystem.IsLinux())
            return Task.CompletedTask;

        lock (_gate)
        {
            _waiting.Add(request);
            return _next ??= SweepNextAsync(_running);
        }
    }

    /// <summary>Waits for the sweep that is under way and then sweeps for all who asked meanwhile.</summary>
    private async Task SweepNextAsync(Task running)
    {
        await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ForceYielding);
        List<SweepRequest> batch;
        lock (_gate)
        {
            (batch, _waiting) = (_waiting, []);
            (_running, _next) = (_next!, null);
        }

        Sweep(batch);
    }

    private void Sweep(List<SweepRequest> batch)
    {
        var looksAtUnclear = 0;
        for (var round = 0; round < MostRounds; round++)
        {
            var all = ProcessTable.ReadAll();
            var leftovers = Find(batch, all);
            if (leftovers.Count > 0)
                Kill(leftovers); // whoever forked between our look and the signal shows up in the next round
            else if (looksAtUnclear++ == MostLooksAtUnclear || !AwaitUnclear(batch, all))
                return;
        }

        logger.LeftoversSurvived(string.Join(", ", Find(batch, ProcessTable.ReadAll()).Select(entry => entry.Id)));
    }

    internal static List<ProcessEntry> Find(IReadOnlyCollection<SweepRequest> batch, IReadOnlyList<ProcessEntry> all)
    {
        var known = batch.SelectMany(request => request.Known).Concat(batch.Select(request => request.Root)).ToHashSet();
        var runs = batch.Select(request => request.Run).ToHashSet();
        var earliest = batch.Min(request => request.Root.StartTime);
        var sessions = new Dictionary<int, long>();
        foreach (var request in batch.Where(request => request.OwnsSession))
            sessions[request.Root.Id] = request.Root.StartTime;

        // A session whose leader's id now names another process is no longer the run's session.
        foreach (var entry in all)
        {
            if (sessions.TryGetValue(entry.Id, out var since) && entry.StartTime != since)
                sessions.Remove(entry.Id);
        }

        return [.. all.Where(IsLeftover)];

        bool IsLeftover(ProcessEntry entry) =>
            !entry.IsDead && entry.Id != Environment.ProcessId && entry.StartTime >= earliest
            && (known.Contains(entry.Identity)
                || (sessions.TryGetValue(entry.SessionId, out var since) && entry.StartTime >= since)
                || (RunMarker.Of(entry.Id) is { } run && runs.Contains(run)));
    }

    /// <summary>Gives a process that may be in the middle of an exec a moment.</summary>
    /// <returns>Whether there was one, so that another look is worth while.</returns>
    private static bool AwaitUnclear(List<SweepRequest> batch, List<ProcessEntry> all)
    {
        var earliest = batch.Min(request => request.Root.StartTime);
        foreach (var entry in all)
        {
            if (entry.IsDead || entry.StartTime < earliest || !RunMarker.IsHidden(entry.Id) || ProcessHandle.Open(entry.Identity) is not { } handle)
                continue;
            using (handle)
                Posix.WaitFor(handle.Descriptor, Exec);
            return true;
        }

        return false;
    }

    private void Kill(List<ProcessEntry> leftovers)
    {
        var handles = leftovers.Select(entry => ProcessHandle.Open(entry.Identity)).OfType<ProcessHandle>().ToList();
        foreach (var handle in handles)
            handle.Kill();
        logger.LeftoversKilled(handles.Count);

        foreach (var handle in handles)
        {
            Posix.WaitFor(handle.Descriptor, Round);
            handle.Dispose();
        }
    }
}
