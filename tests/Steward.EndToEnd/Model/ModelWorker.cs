namespace Steward.EndToEnd.Model;

/// <summary>Does one random thing after the other.</summary>
internal sealed class ModelWorker(Journal journal, int number, int seed)
{
    private static readonly ModelOperation[] Operations = [.. LifecycleOperations.All, .. ConversationOperations.All, .. ReadingOperations.All];
    private static readonly int Weights = Operations.Sum(operation => operation.Weight);

    // Long enough for two processors beside the processes that are started and ended.
    private static readonly TimeSpan Beat = TimeSpan.FromMilliseconds(2500);

    private readonly Random _random = new(seed);

    /// <summary>Works until the token fires; what is under way then is completed.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        while (true)
        {
            await Task.Delay(Pause(), TimeProvider.System, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (stop.IsCancellationRequested)
                return;
            var operation = Choose();
            await journal.RunAsync(operation, Server(operation), number, _random);
        }
    }

    /// <summary>Half of the time until the next beat, in which all workers begin at one moment; else a while.</summary>
    private TimeSpan Pause() => _random.Next(2) == 0
        ? Beat * _random.NextDouble()
        : Beat - TimeSpan.FromTicks(TimeProvider.System.GetElapsedTime(0).Ticks % Beat.Ticks);

    private ModelOperation Choose()
    {
        var left = _random.Next(Weights);
        return Operations.First(operation => (left -= operation.Weight) < 0);
    }

    private string Server(ModelOperation operation)
    {
        string[] servers = operation.IsForLasting ? ModelWorld.Lasting : [.. ModelWorld.Lasting, .. ModelWorld.Volatile];
        return servers[_random.Next(servers.Length)];
    }
}
