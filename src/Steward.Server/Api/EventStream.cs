using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Threading.Channels;
using Steward.Events;
using Steward.Supervision;

namespace Steward.Server.Api;

/// <summary>Statuses and events as one stream of server-sent events, each in its own order.</summary>
/// <param name="events">The events.</param>
/// <param name="begin">Sends the head of the answer. A client must not have to wait for it until something happens.</param>
internal sealed class EventStream(IAsyncEnumerable<StewardEvent> events, Func<CancellationToken, Task> begin)
{
    // Little: behind it the board and the bus have bounded queues of their own, which know what may be lost.
    private readonly Channel<SseItem<string>> _items = Channel.CreateBounded<SseItem<string>>(new BoundedChannelOptions(16) { SingleReader = true });

    /// <summary>Reads both until the client goes or the host stops.</summary>
    public async IAsyncEnumerable<SseItem<string>> ReadAsync(IAsyncEnumerable<ServerStatus>? statuses, CancellationToken stopping, [EnumeratorCancellation] CancellationToken aborted = default)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(stopping, aborted);
        var feeding = FeedAsync(statuses, end.Token); // subscribed when this returns: whoever has the head misses nothing from then on
        try
        {
            await begin(end.Token);
            await foreach (var item in EndingQuietly.On(_items.Reader.ReadAllAsync(end.Token), end.Token))
                yield return item;
        }
        finally
        {
            await end.CancelAsync();
            await feeding;
        }
    }

    private async Task FeedAsync(IAsyncEnumerable<ServerStatus>? statuses, CancellationToken end)
    {
        try
        {
            await Task.WhenAll(
                FeedAsync(statuses, status => new SseItem<string>(JsonSerializer.Serialize(status, ApiJson.Default.ServerStatus), "status"), end),
                FeedAsync(events, Item, end));
        }
        finally
        {
            _items.Writer.TryComplete();
        }
    }

    private async Task FeedAsync<T>(IAsyncEnumerable<T>? source, Func<T, SseItem<string>> convert, CancellationToken end)
    {
        if (source is null)
            return;
        try
        {
            await foreach (var item in EndingQuietly.On(source, end))
                await _items.Writer.WriteAsync(convert(item), end);
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            // The client went while an item waited for room.
        }
    }

    private static SseItem<string> Item(StewardEvent happened) => new(JsonSerializer.Serialize(happened, ApiJson.Default.StewardEvent), happened.Name)
    {
        EventId = happened.Sequence > 0 ? happened.Sequence.ToString(System.Globalization.CultureInfo.InvariantCulture) : null,
    };
}
