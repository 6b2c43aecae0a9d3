extern alias library;

using System.Collections.Concurrent;
using library::Steward.Supervision;

namespace Steward.EndToEnd.Model;

/// <summary>Runs operations, and keeps the account of them: which are under way, how long they took, how they ended.</summary>
internal sealed class Journal(ModelWorld world)
{
    // For what was given up. A machine that is busy with other things needs a while for everything.
    private static readonly TimeSpan EndsWithin = TimeSpan.FromSeconds(20);

    private readonly ConcurrentDictionary<string, JournalEntry> _underWay = new();
    private readonly ConcurrentDictionary<string, OperationStatistics> _statistics = new();
    private int _last;

    /// <summary>Names the operations that are under way.</summary>
    public string UnderWay => string.Join('\n', _underWay.Values.OrderBy(entry => entry.Begin).Take(30));

    /// <summary>How many operations have come to their end.</summary>
    public long Count => _statistics.Values.Sum(each => each.Count);

    public async Task RunAsync(ModelOperation operation, string id, int worker, Random random)
    {
        using var givenUp = operation.MayBeGivenUp && random.Next(8) == 0 ? new CancellationTokenSource(TimeSpan.FromMilliseconds(random.Next(200)), TimeProvider.System) : new CancellationTokenSource();
        var text = $"{operation.Name} {Interlocked.Increment(ref _last)} of worker {worker} with {id}";
        var call = new ModelCall(world, id, worker, text, random, givenUp.Token);
        long? cancelledAt = null;
        using var noting = givenUp.Token.UnsafeRegister(_ => cancelledAt = DefinitionBook.Now(), null);
        _underWay[text] = new JournalEntry(text, call.Begin);
        Exception? failure = null;
        try
        {
            await operation.RunAsync(call);
        }
        catch (Exception thrown)
        {
            failure = thrown;
            if (!IsDocumented(operation, call, thrown))
                world.Findings.Add($"{text}: undocumented {thrown.GetType().Name}: {thrown.Message}");
        }

        _underWay.TryRemove(text, out _);
        if (cancelledAt is { } since && TimeProvider.System.GetElapsedTime(since) > EndsWithin)
            world.Findings.Add($"{text}: ended {TimeProvider.System.GetElapsedTime(since).TotalSeconds:0.0} s after it was given up");
        _statistics.GetOrAdd(operation.Name, static _ => new OperationStatistics()).Add(TimeProvider.System.GetElapsedTime(call.Begin), failure);
    }

    public override string ToString() => string.Join('\n', _statistics.OrderBy(each => each.Key, StringComparer.Ordinal).Select(each => $"{each.Key,-20} {each.Value}"));

    private static bool IsDocumented(ModelOperation operation, ModelCall call, Exception failure) => failure switch
    {
        OperationCanceledException => call.Cancelled.IsCancellationRequested,
        UnknownServerException unknown => unknown.Id == call.Id && !ModelWorld.Lasting.Contains(call.Id),
        ObjectDisposedException => call.World.IsEnding,
        _ => operation.Allows(failure),
    };
}
