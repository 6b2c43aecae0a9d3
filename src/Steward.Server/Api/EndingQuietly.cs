using System.Runtime.CompilerServices;

namespace Steward.Server.Api;

/// <summary>Ends a stream when its token fires, instead of failing: for the client the stream is simply over.</summary>
internal static class EndingQuietly
{
    public static async IAsyncEnumerable<T> On<T>(IAsyncEnumerable<T> source, [EnumeratorCancellation] CancellationToken end)
    {
        await using var items = source.GetAsyncEnumerator(end);
        while (await MoveAsync(items, end))
            yield return items.Current;
    }

    private static async ValueTask<bool> MoveAsync<T>(IAsyncEnumerator<T> items, CancellationToken end)
    {
        try
        {
            return await items.MoveNextAsync();
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            return false;
        }
    }
}
